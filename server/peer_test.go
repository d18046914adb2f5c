package server

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClientAddress(t *testing.T) {
	direct := &peers{}
	proxied := &peers{proxied: true, trusted: defaultProxies()}
	named := &peers{proxied: true, trusted: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}}
	for _, c := range []struct {
		name   string
		peers  *peers
		remote string
		header http.Header
		ip     string
		https  bool
	}{
		{"direct", direct, "198.51.100.7:1", nil, "198.51.100.7", false},
		{"a direct client invents headers", direct, "198.51.100.7:1", http.Header{"X-Forwarded-For": {"1.2.3.4"}, "X-Forwarded-Proto": {"https"}}, "198.51.100.7", false},
		{"proxy on this machine", proxied, "127.0.0.1:1", http.Header{"X-Forwarded-For": {"198.51.100.7"}, "X-Forwarded-Proto": {"https"}}, "198.51.100.7", true},
		{"the client puts a hop before", proxied, "127.0.0.1:1", http.Header{"X-Forwarded-For": {"1.2.3.4, 198.51.100.7"}}, "198.51.100.7", false},
		{"two headers", proxied, "127.0.0.1:1", http.Header{"X-Forwarded-For": {"1.2.3.4", "198.51.100.7"}}, "198.51.100.7", false},
		{"two proxies", proxied, "10.0.0.2:1", http.Header{"X-Forwarded-For": {"198.51.100.7, 10.0.0.1"}}, "198.51.100.7", false},
		{"rubbish in the middle", proxied, "127.0.0.1:1", http.Header{"X-Forwarded-For": {"1.2.3.4, x, 10.0.0.9"}}, "10.0.0.9", false},
		{"a stranger beside the proxy", named, "198.51.100.9:1", http.Header{"X-Forwarded-For": {"1.2.3.4"}}, "198.51.100.9", false},
		{"IPv6", proxied, "[::1]:1", http.Header{"X-Forwarded-For": {"2001:db8::1"}}, "2001:db8::1", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ip, https := c.peers.client(&http.Request{RemoteAddr: c.remote, Header: c.header})
			require.Equal(t, c.ip, ip)
			require.Equal(t, c.https, https)
		})
	}
	_, https := direct.client(&http.Request{RemoteAddr: "198.51.100.7:1", TLS: &tls.ConnectionState{}})
	require.True(t, https)
	require.Equal(t, "2001:db8:1:2::/64", ipKey("2001:db8:1:2:3::4"))
	require.Equal(t, "198.51.100.7", ipKey("::ffff:198.51.100.7"))
}

func TestLanguage(t *testing.T) {
	for header, want := range map[string]string{
		"": "zh", "en": "en", "en-GB,zh;q=0.5": "en", "zh-CN,en": "zh", "fr,en;q=0.3": "en", "en;q=0,zh": "zh", "*": "zh", "de": "zh",
	} {
		require.Equal(t, want, language(header), header)
	}
}

func TestAcceptedEncoding(t *testing.T) {
	for header, want := range map[string]string{
		"": "", "gzip": "gzip", "gzip, zstd": "zstd", "zstd;q=0, gzip": "gzip", "gzip;q=0.0": "", "br": "", "gzip;q=0.5": "gzip",
	} {
		require.Equal(t, want, acceptedEncoding(header), header)
	}
}

func TestSafeNext(t *testing.T) {
	for next, want := range map[string]string{
		"/office/streets/990101001?form=x": "/office/streets/990101001?form=x",
		"https://evil.example/":            "", "//evil.example/": "", "/office//evil": "", "/office/\\evil": "", "/login": "", "": "",
	} {
		require.Equal(t, want, safeNext(next), next)
	}
}
