package blob

import (
	"encoding/binary"
	"hash/crc32"
)

func checksum(parts ...[]byte) int64 {
	table := crc32.MakeTable(crc32.Castagnoli)
	var sum uint32
	for _, p := range parts {
		sum = crc32.Update(sum, table, binary.AppendUvarint(nil, uint64(len(p))))
		sum = crc32.Update(sum, table, p)
	}
	return int64(sum)
}

func number(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }

func (r row) crc() int64 {
	return checksum(r.id[:], number(r.slot), number(uint64(r.size)), number(uint64(r.stored)))
}

func (r Ref) crc(i id) int64 {
	return checksum(i[:], []byte(r.Stream), []byte(r.Record), []byte(r.ext), []byte(r.Device), number(uint64(r.At)))
}
