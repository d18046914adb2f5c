// Package collect is a client that behaves as ODK Collect does, quirks included: what it sends, what it insists on, what it
// gives up over. It was written from the client's protocol, not from this server. For tests.
package collect
