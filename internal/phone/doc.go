// Package phone is the headless phone: the reference replica of sync/phone with a way to the server over HTTP and a sealed
// folder to live in, and what the command "ruhu phone" does with it.
package phone
