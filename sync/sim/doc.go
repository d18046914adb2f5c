// Package sim runs the whole protocol without network, disk or clock: phones and a server in virtual time, bad links,
// crashes, clones, restored backups. One seed gives one history; the same seed gives the same trace, byte for byte.
// MemStore is also the store that tests of the engine use.
package sim
