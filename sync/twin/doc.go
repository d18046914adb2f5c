// Package twin holds the phone in the browser equal to the one in Go: its tests give both the same random histories, the same
// hostile bytes and the same days in the field, and compare what comes of them, byte for byte. The other half runs in Node
// (web/packages/merge/twin, web/packages/sync/twin); `make twins` runs many.
package twin
