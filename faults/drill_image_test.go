//go:build drill

package faults

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// imageUser is whom the image runs as.
const imageUser = "65532"

// image is the program's image, built and run by buildah with a storage of its own.
type image struct {
	t         testing.TB
	buildah   []string
	container string
}

func newImage(t testing.TB) *image {
	t.Helper()
	if program("buildah") == "" {
		t.Fatal("buildah is not on this machine")
	}
	dir := t.TempDir()
	i := &image{t: t, buildah: []string{program("buildah"), "--storage-driver", "vfs", "--root", filepath.Join(dir, "root"), "--runroot", filepath.Join(dir, "run")}}
	made := exec.CommandContext(t.Context(), "make", "image", "VERSION=drill")
	made.Dir, made.Env = "..", append(plainEnviron(), "BUILDAH="+strings.Join(i.buildah, " "))
	if out, err := made.CombinedOutput(); err != nil {
		t.Fatalf("make image: %v\n%s", err, out)
	}
	i.container = i.must("from", "pingyi:drill")
	t.Cleanup(func() {
		i.must("rm", i.container)
		i.must("rmi", "pingyi:drill")
	})
	return i
}

// must runs buildah and returns what it says on stdout.
func (i *image) must(args ...string) string {
	i.t.Helper()
	cmd := exec.CommandContext(context.Background(), i.buildah[0], append(i.buildah[1:len(i.buildah):len(i.buildah)], args...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		i.t.Fatalf("buildah %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSpace(string(out))
}

// command runs the program in the container with options of it or of buildah.
func (i *image) command(options []string, args ...string) *exec.Cmd {
	all := append(i.buildah[1:len(i.buildah):len(i.buildah)], "run", "--isolation", "chroot")
	for _, o := range options {
		if strings.HasPrefix(o, "PINGYI_") {
			all = append(all, "--env")
		}
		all = append(all, o)
	}
	return exec.Command(i.buildah[0], append(append(all, i.container, "--", "/usr/bin/pingyi"), args...)...)
}

// serving is the process of the server in the container that listens on an address.
func serving(addr string) (pid int, err error) {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		line, lerr := os.ReadFile(filepath.Join(dir, "cmdline"))
		env, eerr := os.ReadFile(filepath.Join(dir, "environ"))
		if lerr == nil && eerr == nil && string(line) == "/usr/bin/pingyi\x00serve\x00" && bytes.Contains(env, []byte("PINGYI_ADDR="+addr+"\x00")) {
			return strconv.Atoi(filepath.Base(dir))
		}
	}
	return 0, errors.Join(err, fmt.Errorf("no server on %s", addr))
}

// TestDrill_imageRuns_asNobodyAndWithWhatItNeeds: docs/drills/image.md.
func TestDrill_imageRuns_asNobodyAndWithWhatItNeeds(t *testing.T) {
	i := newImage(t)
	if out, err := i.command(nil, "version").Output(); err != nil || strings.TrimSpace(string(out)) != "drill" {
		t.Errorf("version: %v, %q", err, out)
	}
	for of, want := range map[string]string{
		"{{.OCIv1.Config.User}}": imageUser + ":" + imageUser, "{{.OCIv1.Config.WorkingDir}}": "/var/lib/pingyi",
		"{{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}}": "[/usr/bin/pingyi] [serve]", "{{.Docker.Config.Healthcheck.Test}}": "[CMD /usr/bin/pingyi healthcheck]",
	} {
		if got := i.must("inspect", "--format", of, "pingyi:drill"); got != want {
			t.Errorf("%s of the image is %s, want %s", of, got, want)
		}
	}
	root := i.must("mount", i.container)
	roots, err := os.ReadFile(filepath.Join(root, "etc/ssl/certs/ca-certificates.crt"))
	if err != nil || !x509.NewCertPool().AppendCertsFromPEM(roots) {
		t.Errorf("the image has no root certificates: %v", err)
	}

	addr := freePort(t)
	options := []string{
		"PINGYI_ENV=demo", "PINGYI_ADDR=" + addr, "PINGYI_METRICS_ADDR=", "PINGYI_SECRET=a secret of the drill, 32 bytes or more",
		"PINGYI_WECHAT_APP_ID=" + appID, "PINGYI_WECHAT_TOKEN=" + token, "PINGYI_WECHAT_AES_KEY=" + aesKey, "PINGYI_WECHAT_ORIGINAL_ID=" + originalID,
	}
	if out, err := i.command(options, "healthcheck").CombinedOutput(); err == nil {
		t.Errorf("without a server the health check says %s", out)
	}
	p := &process{
		t: t, name: "container", log: &log{}, make: func() *exec.Cmd { return i.command(options, "serve") },
		up: func(ctx context.Context) error { return get(ctx, "http://"+addr+"/readyz") },
	}
	p.start()
	t.Cleanup(p.kill)
	p.await()
	if out, err := i.command(options, "healthcheck").CombinedOutput(); err != nil {
		t.Errorf("the health check: %v\n%s", err, out)
	}
	receipt := newPhone(t, "http://"+addr, "oimage", aesKey).rate("A03", "55445")
	if receipt == "" {
		t.Error("nothing can be rated in the container")
	}
	pid, err := serving(addr)
	if err != nil {
		t.Fatal(err)
	}
	if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)); err != nil || !strings.Contains(string(status), "Uid:\t"+imageUser+"\t"+imageUser+"\t") {
		t.Errorf("the server runs as somebody else: %v\n%s", err, status)
	}
	if out, err := i.command(options, "recount").CombinedOutput(); err != nil || !strings.Contains(string(out), "every tally equals") {
		t.Errorf("recount beside the server: %v\n%s", err, out)
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-p.exited
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("after SIGTERM the container ends with %d: %s", code, p.log.tail())
	}

	// What it keeps lasts with the volume, and it writes nowhere else.
	p.start()
	p.await()
	newPhone(t, "http://"+addr, "oimage", aesKey).mustCount(receipt)
	if pid, err = serving(addr); err == nil {
		err = syscall.Kill(pid, syscall.SIGTERM)
	}
	if err != nil {
		t.Fatal(err)
	}
	<-p.exited
	for name, more := range map[string][]string{
		"a folder that is root's":    {"PINGYI_DATABASE=sqlite:/usr/pingyi.db"},
		"a volume that is read-only": {"--volume", t.TempDir() + ":/var/lib/pingyi/data:ro"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		cmd := i.command(append(more, options...), "serve")
		if out, err := runWithin(ctx, cmd); err == nil || ctx.Err() != nil || !strings.Contains(out, "pingyi:") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
		cancel()
	}
}

// runWithin runs a command and kills it when ctx ends.
func runWithin(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	err := cmd.Wait()
	return out.String(), err
}
