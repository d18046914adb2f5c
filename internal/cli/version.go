package cli

import "runtime/debug"

type versionCmd struct{}

// Run prints the module version and the commit the binary was built from.
func (versionCmd) Run(e *env) error {
	v := versionOf()
	return e.print(v, "ruhu %s (%s, %s)\n", v.Version, v.Commit, v.Go)
}

type versionInfo struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
}

func versionOf() versionInfo {
	v := versionInfo{Version: "dev", Commit: "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	v.Go = info.GoVersion
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v.Commit = s.Value[:12]
		}
	}
	return v
}
