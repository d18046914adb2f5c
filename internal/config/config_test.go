package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"ruhu/internal/config"
	"ruhu/internal/errs"
)

func TestServeRefusesClearTextBeyondThisMachine(t *testing.T) {
	base := config.Serve{Listen: "127.0.0.1:8080", Zone: "Asia/Shanghai"}
	for name, c := range map[string]struct {
		change func(*config.Serve)
		code   errs.Code
	}{
		"loopback":        {func(*config.Serve) {}, ""},
		"localhost":       {func(s *config.Serve) { s.Listen = "localhost:1" }, ""},
		"v6 loopback":     {func(s *config.Serve) { s.Listen = "[::1]:1" }, ""},
		"all addresses":   {func(s *config.Serve) { s.Listen = "0.0.0.0:8080" }, errs.Rule},
		"empty host":      {func(s *config.Serve) { s.Listen = ":8080" }, errs.Rule},
		"behind a proxy":  {func(s *config.Serve) { s.Listen, s.BehindProxy = "0.0.0.0:8080", true }, ""},
		"with TLS":        {func(s *config.Serve) { s.Listen, s.TLSCert, s.TLSKey = "0.0.0.0:8443", "c", "k" }, ""},
		"half TLS":        {func(s *config.Serve) { s.TLSCert = "c" }, errs.Usage},
		"no port":         {func(s *config.Serve) { s.Listen = "localhost" }, errs.Usage},
		"admin in public": {func(s *config.Serve) { s.Admin = "0.0.0.0:9090" }, errs.Usage},
		"admin here":      {func(s *config.Serve) { s.Admin = "127.0.0.1:9090" }, ""},
		"Enketo":          {func(s *config.Serve) { s.EnketoURL, s.EnketoKey = "https://enketo.example", "k" }, ""},
		"Enketo here":     {func(s *config.Serve) { s.EnketoURL, s.EnketoKey = "http://127.0.0.1:8005", "k" }, ""},
		"Enketo in clear": {func(s *config.Serve) { s.EnketoURL, s.EnketoKey = "http://enketo.example", "k" }, errs.Rule},
		"half an Enketo":  {func(s *config.Serve) { s.EnketoURL = "https://enketo.example" }, errs.Usage},
		"no URL":          {func(s *config.Serve) { s.EnketoURL, s.EnketoKey = "enketo.example", "k" }, errs.Usage},
		"zone of nowhere": {func(s *config.Serve) { s.Zone = "Mars/Olympus" }, errs.Usage},
	} {
		t.Run(name, func(t *testing.T) {
			s := base
			c.change(&s)
			require.Equal(t, c.code, errs.CodeOf(s.Check()))
		})
	}
}
