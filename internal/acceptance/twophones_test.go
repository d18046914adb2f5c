package acceptance_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/server/api"
)

// Two phones answer one question of one handed-over record differently while both are offline. Whoever is first, and
// whatever is sent twice: both answers are there, an officer settles it, and all three hold the same bytes.
func TestTwoPhonesEditOneRecordOffline(t *testing.T) {
	s := start(t)
	for n, order := range []string{"author first", "assignee first"} {
		t.Run(order, func(t *testing.T) {
			author, second := s.handset(street1, fmt.Sprintf("赵一%d", n)), s.handset(street1, fmt.Sprintf("钱二%d", n))
			office := s.desk("reviewer-1")
			id := author.interview(road, "1", water, "3")
			author.sync()
			office.handOver(id, author.worker()+" "+second.worker())
			author.sync()
			second.sync()
			s.requireSame(id, author, second)

			// Both offline, both on the same screen.
			author.edit(id, road, "2")
			second.edit(id, road, "4", words, "路灯坏了")
			phones := []*handset{author, second}
			if n == 1 {
				phones = []*handset{second, author}
			}
			// Each push reaches the server twice, and the first answer is lost.
			s.link.fail(func(k int, _ *http.Request) trouble {
				if k == 1 {
					return lostReply
				}
				return doubled
			})
			for _, h := range phones {
				h.settle(5)
			}
			for _, h := range phones {
				h.settle(5)
			}
			s.link.fail(nil)

			r := office.record(id)
			require.Equal(t, []string{road}, r.Conflicts)
			require.Len(t, r.Siblings[road], 2)
			values := []string{*r.Siblings[road][0].Value, *r.Siblings[road][1].Value}
			require.ElementsMatch(t, []string{"2", "4"}, values)
			require.NotEqual(t, r.Siblings[road][0].Author, r.Siblings[road][1].Author)
			require.Equal(t, "路灯坏了", *r.Answers[words])
			require.Equal(t, "3", *r.Answers[water], "what nobody touched stands")
			wrote := office.history(id)
			require.Equal(t, 1, wrote[road+"=2"], "sent more than once, there once")
			require.Equal(t, 1, wrote[road+"=4"])
			s.requireSame(id, author, second)

			var done api.OfficeResult
			office.change(id, map[string]any{"ctx": r.Ctx, "set": map[string]string{road: "4"}, "reason": "asked again by phone"}).Want(200).JSON(&done)
			require.Empty(t, done.Conflicts)
			author.sync()
			second.sync()
			s.requireSame(id, author, second)
			require.Equal(t, "4", author.shown(id, road))
			require.Equal(t, "4", second.shown(id, road))
			digest := s.state(id).Digest()
			t.Logf("%s: siblings %v, settled as 4; %d link faults; canonical bytes and digest %x equal on both phones and the server",
				order, values, s.link.counts[lostReply]+s.link.counts[doubled], digest[:6])
		})
	}
}
