package server

import (
	"net/http"
	"net/http/pprof"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ruhu/sync"
)

// metrics are the server's own; nothing is registered globally. Labels are routes and codes, never ids.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	verdicts *prometheus.CounterVec
	inFlight prometheus.Gauge
	refused  *prometheus.CounterVec
	streams  prometheus.Gauge
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ruhu_http_requests_total", Help: "Requests by route and status."}, []string{"method", "route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ruhu_http_seconds", Help: "Time to answer by route.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}}, []string{"route"}),
		verdicts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ruhu_push_lines_total", Help: "Lines of pushes by verdict."}, []string{"status"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ruhu_http_in_flight", Help: "Requests under way."}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ruhu_http_refused_total", Help: "Requests turned away by a limit."}, []string{"limit"}),
		streams: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ruhu_event_streams", Help: "Clients that listen for events."}),
	}
	m.registry.MustRegister(m.requests, m.took, m.verdicts, m.inFlight, m.refused, m.streams,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observe(method, route string, status int, took time.Duration) {
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Inc()
	m.took.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) pushed(r sync.PushResult) {
	for _, v := range [...]struct {
		status string
		n      int
	}{{"merged", r.Merged}, {"duplicate", r.Duplicate}, {"waiting", r.Waiting}, {"quarantined", r.Quarantined}, {"void", r.Void}, {"refused", r.Refused}} {
		if v.n > 0 {
			m.verdicts.WithLabelValues(v.status).Add(float64(v.n))
		}
	}
}

// AdminHandler serves metrics and pprof. It belongs on a listener of its own that only the operator reaches.
func (s *Server) AdminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	return mux
}

// Metrics returns the registry, for collectors of other parts (writer queue, WAL size).
func (s *Server) Metrics() prometheus.Registerer { return s.metrics.registry }
