//go:build drill

package faults

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestDrill_backupOfMariaDBTakenWhileCitizensRate_isWhole: docs/drills/backup.md.
func TestDrill_backupOfMariaDBTakenWhileCitizensRate_isWhole(t *testing.T) {
	w := newTown(t, 1)
	b := newBench(w)
	h := &house{t: t, base: w.bases[0]}
	first := h.phone("obefore", aesKey)
	told := first.rate("A01", "55445")
	no, code := first.complain()
	stop := make(chan struct{})
	var crowd sync.WaitGroup
	crowd.Go(func() { w.crowd(1, 6, 1<<40, 1, stop) })
	time.Sleep(time.Second)
	b.must(b.block("mariadb-dump"))
	later := h.phone("olater", aesKey)
	receipt := later.rate("A03", "12345")
	if said := b.rehearse(); !strings.Contains(said, "every tally equals") {
		t.Errorf("the rehearsal says %s", said)
	}
	later.mustCount(receipt)
	close(stop)
	crowd.Wait()
	w.servers[0].kill()
	b.must("mariadb -e 'DROP DATABASE pingyi'")
	b.must(b.block("pingyi migrate"))
	w.servers[0].start()
	w.servers[0].await()
	after := h.phone("oafter", aesKey)
	after.mustCount(told)
	if said := after.say("查询 " + no + " " + code); !strings.Contains(said, no) {
		t.Errorf("a ticket of before is answered %q", said)
	}
	if after.rate("A02", "55555") == "" {
		t.Error("nothing can be rated on the copy")
	}
	w.recount()
}

// mountSmall mounts a tmpfs of so many MB.
func mountSmall(t testing.TB, megabytes int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm", megabytes), "tmpfs", dir).CombinedOutput(); err != nil {
		t.Fatalf("this drill mounts a small tmpfs, run it as root: %v\n%s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v\n%s", err, out)
		}
	})
	return dir
}

// TestDrill_diskFullUnderMariaDB_saysSoAndGoesOnWhenThereIsRoom: docs/drills/disk.md.
func TestDrill_diskFullUnderMariaDB_saysSoAndGoesOnWhenThereIsRoom(t *testing.T) {
	needServers(t)
	disk, dir := mountSmall(t, 400), t.TempDir()
	db, dsn := newMariaDB(t, disk)
	redis, redisAt := newRedis(t, dir)
	w := &town{t: t, dir: dir, mariadb: db, redis: redis, redisAt: redisAt, dsn: dsn("")}
	s, base := newServer(t, "pingyi", dir, w.dsn, redisAt)
	s.start()
	s.await()
	h := &house{t: t, base: base}
	before := h.phone("obefore", aesKey)
	told := []string{before.rate("A01", "55445")}
	filler := filepath.Join(disk, "filler")
	fill(t, filler)
	// There is room in pages that the tables have; ratings go on until they are full.
	var p *phone
	full := false
	for i := 0; i < 20_000 && !full; i++ {
		if i%20 == 0 { // nobody sends more in a minute than is served
			p = h.phone(fmt.Sprint("ofull", i), aesKey)
		}
		p.say("评议 " + units[i%len(units)])
		p.say("54321")
		said := p.confirm()
		switch receipt := line(said, "回执："); {
		case receipt != "":
			told = append(told, receipt)
		case strings.Contains(said, busy):
			full = true
		default:
			t.Fatalf("on a full disk a confirmation is answered %q", said)
		}
	}
	if !full {
		t.Fatalf("%d ratings, and the disk is not full", len(told))
	}
	before.mustCount(told[0])
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if said := p.say("确认"); line(said, "回执：") == "" {
		t.Errorf("when there is room again, 确认 is answered %q", said)
	}
	if h.phone("oroom", aesKey).rate("A04", "44444") == "" {
		t.Error("nothing can be rated when there is room again")
	}
	t.Logf("%d ratings until the disk was full", len(told))
	w.recount()
}
