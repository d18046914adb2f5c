package server

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// hostOf returns a host without its port.
func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func loopbackHost(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// peers knows whose word about the client is taken.
type peers struct {
	proxied bool
	trusted []netip.Prefix
}

// defaultProxies are the networks a proxy in front is trusted in when none is named: this machine and private ones.
func defaultProxies() []netip.Prefix {
	var list []netip.Prefix
	for _, p := range []string{"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"} {
		list = append(list, netip.MustParsePrefix(p))
	}
	return list
}

func (p *peers) trusts(ip string) bool {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return false
	}
	a = a.Unmap()
	for _, prefix := range p.trusted {
		if prefix.Contains(a) {
			return true
		}
	}
	return false
}

// client returns the client's address and whether it came over TLS. Forwarded headers count only from a trusted proxy,
// and only the last entry that is not itself a trusted proxy.
func (p *peers) client(r *http.Request) (ip string, https bool) {
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		ip = r.RemoteAddr
	}
	https = r.TLS != nil
	if !p.proxied || !p.trusts(ip) {
		return ip, https
	}
	https = https || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := strings.TrimSpace(hops[i])
		if _, err := netip.ParseAddr(hop); err != nil {
			break
		}
		ip = hop
		if !p.trusts(hop) {
			break
		}
	}
	return ip, https
}

// host returns the host the client asked for: a trusted proxy says it where it changes it.
func (p *peers) host(r *http.Request) string {
	ip, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		ip = r.RemoteAddr
	}
	if !p.proxied || !p.trusts(ip) {
		return r.Host
	}
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Host"), ",")
	first = strings.TrimSpace(first)
	if u, err := url.Parse("//" + first); first == "" || err != nil || u.Host != first || u.User != nil {
		return r.Host
	}
	return first
}
