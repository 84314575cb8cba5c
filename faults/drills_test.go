//go:build drill

package faults

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"pingyi/simulator"
)

// house is one server on a SQLite of its own, as a small city runs it; Redis is
// inside the process.
type house struct {
	t      testing.TB
	dir    string
	env    map[string]string
	server *process
	base   string
}

func newHouse(t testing.TB, file string) *house {
	t.Helper()
	addr := freePort(t)
	h := &house{t: t, dir: t.TempDir(), base: "http://" + addr, env: map[string]string{
		"PINGYI_ENV": "demo", "PINGYI_ADDR": addr, "PINGYI_METRICS_ADDR": "", "PINGYI_SECRET": "the first secret of the drill, 32 bytes",
		"PINGYI_DATABASE": "sqlite:" + file, "PINGYI_WECHAT_APP_ID": appID,
		"PINGYI_WECHAT_TOKEN": token, "PINGYI_WECHAT_AES_KEY": aesKey, "PINGYI_WECHAT_ORIGINAL_ID": originalID,
	}}
	bin := binary(t)
	h.server = &process{
		t: t, name: "pingyi", log: &log{}, make: func() *exec.Cmd { return h.command(bin, "serve") },
		up: func(ctx context.Context) error { return get(ctx, h.base+"/readyz") },
	}
	t.Cleanup(h.server.kill)
	return h
}

func (h *house) command(bin string, args ...string) *exec.Cmd {
	cmd := exec.Command(bin, args...)
	cmd.Env, cmd.Dir = plainEnviron(), h.dir
	for k, v := range h.env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	return cmd
}

// must runs a command of the program.
func (h *house) must(args ...string) string {
	h.t.Helper()
	out, err := h.command(binary(h.t), args...).CombinedOutput()
	if err != nil {
		h.t.Fatalf("pingyi %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func (h *house) start() {
	h.t.Helper()
	h.server.start()
	h.server.await()
}

// stop ends the server in order.
func (h *house) stop() {
	h.t.Helper()
	if err := h.server.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		h.t.Fatal(err)
	}
	<-h.server.exited
}

func (h *house) phone(id, key string) *phone { h.t.Helper(); return newPhone(h.t, h.base, id, key) }

func (p *phone) complain() (no, code string) {
	p.t.Helper()
	for _, words := range []string{"投诉", "A03", "2", "等了两个小时", "完成", "匿名", "跳过"} {
		p.say(words)
	}
	said := p.confirm()
	return line(said, "登记编号："), line(said, "查询码：")
}

// TestDrill_backupTakenWhileCitizensRate_isWhole: docs/drills/backup.md.
func TestDrill_backupTakenWhileCitizensRate_isWhole(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pingyi.db")
	h := newHouse(t, file)
	h.start()
	first := h.phone("obefore", aesKey)
	told := first.rate("A01", "55445")
	no, code := first.complain()
	stop := make(chan struct{})
	var crowd sync.WaitGroup
	for _, id := range []string{"o1", "o2", "o3", "o4"} {
		p := h.phone(id, aesKey)
		crowd.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if i%20 == 0 { // nobody sends more in a minute than is served
					p.who = &simulator.Citizen{OpenID: id + time.Now().Format("150405.000000"), Following: true}
				}
				p.rate(units[i%len(units)], "54321")
			}
		})
	}
	backup := filepath.Join(t.TempDir(), "copy.db")
	time.Sleep(300 * time.Millisecond)
	h.must("backup", backup)
	close(stop)
	crowd.Wait()
	h.server.kill()
	for _, end := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(file + end); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	copied, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, copied, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Log(h.must("recount"))
	h.start()
	after := h.phone("oafter", aesKey)
	after.mustCount(told)
	if said := after.say("查询 " + no + " " + code); !strings.Contains(said, no) {
		t.Errorf("a ticket of before is answered %q", said)
	}
	if after.rate("A02", "55555") == "" {
		t.Error("nothing can be rated on the copy")
	}
}

// TestDrill_secretAndAESKeyRotated_everythingStillOpens: docs/drills/rotation.md.
func TestDrill_secretAndAESKeyRotated_everythingStillOpens(t *testing.T) {
	h := newHouse(t, filepath.Join(t.TempDir(), "pingyi.db"))
	h.start()
	p := h.phone("orotate", aesKey)
	told := p.rate("A01", "55445")
	no, code := p.complain()
	h.stop()
	h.env["PINGYI_SECRET_PREVIOUS"] = h.env["PINGYI_SECRET"]
	h.env["PINGYI_SECRET"] = "the second secret of the drill, 32 bytes"
	h.start()
	for start := time.Now(); !strings.Contains(h.server.log.tail(), "every key is wrapped by PINGYI_SECRET"); {
		if time.Since(start) > patience {
			t.Fatalf("keys are not wrapped anew: %s", h.server.log.tail())
		}
		time.Sleep(20 * time.Millisecond)
	}
	h.stop()
	delete(h.env, "PINGYI_SECRET_PREVIOUS")
	h.start()
	p.mustCount(told)
	if said := p.say("查询 " + no + " " + code); !strings.Contains(said, no) {
		t.Errorf("a ticket of before is answered %q", said)
	}
	// The person is the same: it is a change, not a second rating.
	again := p.rate("A01", "11111")
	p.mustCount(again)
	if said := p.say("查询 " + told); !strings.Contains(said, "没有计入") {
		t.Errorf("the receipt of a rating that was changed is answered %q", said)
	}
	h.must("recount")
	h.stop()

	const other = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopQ"
	h.env["PINGYI_WECHAT_AES_KEY"], h.env["PINGYI_WECHAT_AES_KEY_PREVIOUS"] = other, aesKey
	h.start()
	for _, key := range []string{aesKey, other} {
		if said := h.phone("orotate", key).say("查询 " + told); said == "" {
			t.Error("a push under one of two keys is not answered")
		}
	}
	h.stop()
	delete(h.env, "PINGYI_WECHAT_AES_KEY_PREVIOUS")
	h.start()
	old := h.phone("orotate", aesKey)
	old.say("帮助")
	if old.last.Status != http.StatusForbidden {
		t.Errorf("a push under the key of before got status %d", old.last.Status)
	}
	if said := h.phone("orotate", other).say("帮助"); said == "" {
		t.Error("a push under the new key is not answered")
	}
}

// TestDrill_diskFull_saysSoAndGoesOnWhenThereIsRoom: docs/drills/disk.md. It needs
// the right to mount a tmpfs.
func TestDrill_diskFull_saysSoAndGoesOnWhenThereIsRoom(t *testing.T) {
	disk := mountSmall(t, 6)
	h := newHouse(t, filepath.Join(disk, "pingyi.db"))
	h.start()
	t.Cleanup(h.server.kill)
	p := h.phone("ofull", aesKey)
	told := p.rate("A01", "55445")
	filler := filepath.Join(disk, "filler")
	fill(t, filler)
	p.say("评议 A02")
	p.say("55445")
	if said := p.confirm(); line(said, "回执：") != "" {
		// There may have been room in pages that were free; fill what is left.
		fill(t, filler)
		p.say("评议 A03")
		p.say("55445")
		p.confirm()
	}
	if said := p.last.Shown(); !strings.Contains(said, busy) && line(said, "回执：") == "" {
		t.Errorf("on a full disk a confirmation is answered %q", said)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if h.phone("oroom", aesKey).rate("A04", "44444") == "" {
		t.Error("nothing can be rated when there is room again")
	}
	p.mustCount(told)
	h.must("recount")
}

// fill writes until there is no more room.
func fill(t testing.TB, file string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{64 << 10, 512} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	if err = f.Close(); err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

// TestDrill_databaseReadOnly_saysSoAndGoesOn: docs/drills/read-only.md.
func TestDrill_databaseReadOnly_saysSoAndGoesOn(t *testing.T) {
	w := newTown(t, 0)
	run := func(query string) {
		t.Helper()
		if _, err := w.db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	// Root may write to a read-only server; the program must not be root.
	run("CREATE USER 'pingyi'@'127.0.0.1'")
	run("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP ON pingyi.* TO 'pingyi'@'127.0.0.1'")
	s, base := newServer(t, "pingyi", w.dir, strings.Replace(w.dsn, "root@", "pingyi@", 1), w.redisAt)
	s.start()
	s.await()
	h := &house{t: t, base: base}
	p := h.phone("oreadonly", aesKey)
	told := p.rate("A01", "55445")
	p.say("评议 A02")
	p.say("54321")
	run("SET GLOBAL read_only = 1")
	for start := time.Now(); get(t.Context(), base+"/readyz") == nil; time.Sleep(50 * time.Millisecond) {
		if time.Since(start) > patience {
			t.Fatal("a server on a read-only database is ready")
		}
	}
	if said := p.confirm(); !strings.Contains(said, busy) {
		t.Errorf("a confirmation on a read-only database is answered %q", said)
	}
	p.mustCount(told)
	run("SET GLOBAL read_only = 0")
	s.await()
	if said := p.say("确认"); line(said, "回执：") == "" {
		t.Errorf("once the database takes writes, 确认 is answered %q", said)
	}
	w.recount()
}
