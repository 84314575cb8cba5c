package main

import (
	"os"
	"path/filepath"

	"pingyi/config"
)

// file writes a file into the world's folder and returns its path.
func (w *world) file(name, content string) string {
	w.t.Helper()
	path := filepath.Join(w.dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func sampleUnits() []byte { return config.SampleUnits() }
