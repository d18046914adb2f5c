// Package acceptance holds the scenarios a stranger would ask to see: real phones on real folders, a real server on a
// loopback port, officers over HTTP. It has no code of its own, only tests; each logs what was seen (go test -v).
package acceptance
