package submission_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/schema/xform"
)

// BenchmarkReceive takes submissions of 250 questions, each durable before it is answered, from clients that post at once.
func BenchmarkReceive(b *testing.B) {
	var model, binds, body strings.Builder
	for i := range 250 {
		fmt.Fprintf(&model, "<q%03d/>", i)
		fmt.Fprintf(&binds, `<bind nodeset="/data/q%03d" type="string"/>`, i)
		fmt.Fprintf(&body, `<input ref="/data/q%03d"><label>q</label></input>`, i)
	}
	form, faults, err := xform.Read([]byte(`<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>Big</h:title><model><instance>
		<data id="big" version="1">` + model.String() + `<meta><instanceID/></meta></data></instance>` + binds.String() + `</model></h:head><h:body>` + body.String() + `</h:body></h:html>`))
	require.NoError(b, err, "%v", faults)
	for _, clients := range []int{1, 32} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			w := newBench(b)
			w.forms.set, err = w.forms.set.With(form)
			require.NoError(b, err)
			var n atomic.Int64
			b.SetParallelism(max(1, clients/2))
			b.ResetTimer()
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					i := n.Add(1)
					var s strings.Builder
					s.WriteString(`<data id="big" version="1">`)
					for q := range 250 {
						fmt.Fprintf(&s, "<q%03d>answer %d</q%03d>", q, i*7+int64(q), q)
					}
					fmt.Fprintf(&s, "<meta><instanceID>uuid:%d</instanceID></meta></data>", i)
					if _, err := w.Receive(b.Context(), who("w1"), []byte(s.String()), nil, false); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
		})
	}
}
