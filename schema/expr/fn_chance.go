package expr

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
)

const (
	lehmerModulus    = 1<<31 - 1
	lehmerMultiplier = 16807
)

// lehmer is the generator of Park and Miller as clients run it: the same seed gives the same order everywhere.
type lehmer struct{ seed int64 }

func newLehmer(seed int64) *lehmer {
	g := &lehmer{seed: int64(math.Mod(float64(seed), lehmerModulus))} // clients reckon with floating point
	if g.seed <= 0 {
		g.seed += lehmerModulus - 1
	}
	return g
}

func (g *lehmer) next() float64 {
	g.seed = g.seed * lehmerMultiplier % lehmerModulus
	return float64(g.seed-1) / (lehmerModulus - 1)
}

// shuffle is the inside-out shuffle of Fisher and Yates.
func shuffle[T any](list []T, next func() float64) []T {
	out := make([]T, len(list))
	for i := range list {
		j := int(next() * float64(i+1))
		out[i] = out[j]
		out[j] = list[i]
	}
	return out
}

// Shuffle returns list in the order that clients give choices with this seed.
func Shuffle[T any](list []T, seed int64) []T { return shuffle(list, newLehmer(seed).next) }

// seedOf makes a seed of a value: a number loses its fraction, another text counts by the first eight bytes of its SHA-256, an
// empty one is 0.
func (m *Machine) seedOf(v Value) int64 {
	if f := m.number(v); !math.IsNaN(f) {
		switch {
		case f >= math.MaxInt64:
			return math.MaxInt64
		case f <= math.MinInt64:
			return math.MinInt64
		}
		return int64(f)
	}
	s := v.String()
	if s == "" || v.kind == kindNumber {
		return 0
	}
	sum := sha256.Sum256([]byte(s))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

func fnRandomize(m *Machine, c *call) Value {
	set := m.set(c, 0)
	m.step(len(set))
	if len(c.args) == 2 {
		return nodeset(shuffle(set, newLehmer(m.seedOf(m.eval(c.args[1]))).next))
	}
	if m.env.Random == nil {
		return m.noChance(c)
	}
	return nodeset(shuffle(set, m.env.Random))
}

func (m *Machine) noChance(c *call) Value {
	return m.fail(faultf(Missing, c.pos, c.name, "%s() 没有随机数来源", "%s() has no source of chance here", c.name))
}

func fnRandom(m *Machine, c *call) Value {
	if m.env.Random == nil {
		return m.noChance(c)
	}
	return Number(m.env.Random())
}

const uuidLetters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// fnUUID is a random UUID, or a random word of so many letters and digits.
func fnUUID(m *Machine, c *call) Value {
	if m.env.Random == nil {
		return m.noChance(c)
	}
	if len(c.args) == 1 {
		word := make([]byte, min(max(m.whole(c, 0), 0), 1024))
		for i := range word {
			word[i] = uuidLetters[int(m.env.Random()*float64(len(uuidLetters)))]
		}
		return Text(string(word))
	}
	var b [16]byte
	for i := range b {
		b[i] = byte(m.env.Random() * 256)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return Text(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
}
