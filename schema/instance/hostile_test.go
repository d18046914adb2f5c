package instance_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"ruhu/internal/errs"
	"ruhu/internal/limits"
	"ruhu/schema/instance"
)

const (
	mostTime   = 2 * time.Second
	mostMemory = 256 << 20
)

func TestHostileSubmissionsCostBoundedWork(t *testing.T) {
	form := village(t)
	wrap := func(s string) string {
		return `<data id="village_test"><meta><instanceID>uuid:1</instanceID></meta>` + s + `</data>`
	}
	room := limits.SubmissionBytes - 200
	fill := func(part string) string { return strings.Repeat(part, room/len(part)) }
	many := limits.SubmissionNodes/2 - 100
	for name, src := range map[string]string{
		"too large":        strings.Repeat(" ", limits.SubmissionBytes+1),
		"elements":         wrap(fill("<a/>")),
		"attributes":       `<data id="village_test" ` + fill(`a="" `) + "/>",
		"deep":             wrap(fill("<a>")),
		"doubled":          wrap(strings.Repeat("<start/>", many)),
		"doubled names":    wrap(strings.Repeat("<start/>", many/2) + strings.Repeat("<start.2/>", many/2)),
		"doubled groups":   wrap(strings.Repeat("<household/>", many)),
		"rows":             wrap(strings.Repeat("<members/>", many)),
		"rows of one id":   wrap(strings.Repeat("<visits><key>k</key></visits>", many/3)),
		"one text":         wrap("<start>" + strings.Repeat("x", room) + "</start>"),
		"points":           wrap("<plot>" + strings.Repeat("1 1;", room/4) + "</plot>"),
		"choices":          wrap("<agree>" + strings.Repeat("1 ", room/2) + "</agree><order>" + "</order>"),
		"entities":         wrap("<meta>" + strings.Repeat(`<entity dataset="p"/>`, many/2) + "</meta>"),
		"entity bomb":      `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>` + wrap("<start>&b;</start>"),
		"numeric entities": wrap("<start>" + fill("&#65;") + "</start>"),
		"comments":         wrap(fill("<!---->")),
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		from := time.Now()
		got, err := instance.Read(form, []byte(src), instance.Options{})
		took := time.Since(from)
		runtime.ReadMemStats(&after)
		require.Less(t, took, mostTime, name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(mostMemory), name)
		if err != nil {
			require.Equal(t, errs.SubmissionUnreadable, errs.CodeOf(err), name)
			continue
		}
		from = time.Now()
		_, err = instance.Read(form, []byte(src), instance.Options{Base: got})
		require.NoError(t, err, name)
		require.Less(t, time.Since(from), mostTime, name)
	}
}

func FuzzRead(f *testing.F) {
	form := village(f)
	f.Add([]byte(sent))
	f.Add([]byte(`<data id="village_test" encrypted="yes"><base64EncryptedKey>k</base64EncryptedKey><media><file>a</file></media><encryptedXmlFile>b</encryptedXmlFile></data>`))
	f.Fuzz(func(t *testing.T, src []byte) {
		got, err := instance.Read(form, src, instance.Options{})
		if err != nil {
			require.NotEqual(t, errs.Internal, errs.CodeOf(err))
			return
		}
		written, err := instance.Write(form, got)
		require.NoError(t, err)
		back, err := instance.Read(form, written, instance.Options{Root: got.InstanceID})
		require.NoError(t, err, "%s", written)
		if got.Encrypted {
			require.Equal(t, got.Files, back.Files)
			return
		}
		again, err := instance.Write(form, back)
		require.NoError(t, err)
		require.Equal(t, string(written), string(again))
	})
}
