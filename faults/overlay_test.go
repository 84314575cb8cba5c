package faults

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// overlay is what differs in a program that is built for tests alone: files that
// are replaced, or added, as it is compiled. The sources know nothing of it.
type overlay struct {
	dir   string            // where the replacements are written
	files map[string]string // path of a source: of its replacement
}

// replace has a source, which need not exist, read as something else.
func (o overlay) replace(path, content string) error {
	at, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	o.files[at] = filepath.Join(o.dir, strconv.Itoa(len(o.files))+"-"+filepath.Base(path))
	return os.WriteFile(o.files[at], []byte(content), 0o600)
}

// build makes the program under a name of its own.
func (o overlay) build(name string, flags ...string) (string, error) {
	list, err := json.Marshal(map[string]any{"Replace": o.files})
	if err != nil {
		return "", err
	}
	bin := filepath.Join(o.dir, name)
	if err := os.WriteFile(bin+".json", list, 0o600); err != nil {
		return "", err
	}
	args := append([]string{"build", "-overlay", bin + ".json", "-o", bin}, flags...)
	if out, err := exec.Command("go", append(args, "pingyi/cmd/pingyi")...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return bin, nil
}
