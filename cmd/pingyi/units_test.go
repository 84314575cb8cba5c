package main

import (
	"strings"
	"testing"
)

const unitsHead = "code,name,class,type,superior,aliases,parent,phone,promise\n"

// lines are the lines of a text that begin with one of the words.
func linesWith(text string, words ...string) []string {
	var found []string
	for line := range strings.Lines(text) {
		for _, word := range words {
			if strings.HasPrefix(line, word) {
				found = append(found, strings.TrimSpace(line))
			}
		}
	}
	return found
}

// A register that an office typed again in lower case is the same register.
func TestUnitsImport_codesInAnotherCase_areTheKnownUnits(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		before := w.must("units", "list")
		typed := strings.NewReplacer("\nA", "\na", "\nB", "\nb", "\nC", "\nｃ", ",A", ",a", ",C", ",c").Replace(string(sampleUnits()))
		out, errs, code := w.command("units", "import", w.file("typed.csv", typed))
		if code != exitDone || out != "88 units imported\n" || errs != "" {
			t.Fatalf("exit code %d, %q\n%s", code, out, errs)
		}
		if after := w.must("units", "list"); after != before {
			t.Errorf("the register is now\n%s", after)
		}
		c := in.chat(t)
		for _, scene := range []string{"u:A03", "u:a03", "w:a05w1"} {
			c.on(c.scan(scene), "第1题")
		}
		if n := w.count(t, "SELECT COUNT(*) FROM units"); n != 88 {
			t.Errorf("%d units", n)
		}
	})
}

// What an import changes is shown; what would double, end or rename a unit that is
// rated now waits for --yes.
func TestUnitsImport_whileACampaignRuns_asksBeforeItDoublesEndsOrRenames(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.serve()
		before := w.must("units", "list")
		for name, c := range map[string]struct {
			rows  string
			flags []string
			says  []string
		}{
			"another form": {"D01,市 教育局,政府部门,government,,,,,\n", nil, []string{"the name 市 教育局 of D01 differs from 市教育局 of A03 by the form of characters alone"}},
			"twice":        {"D01,市教育局,政府部门,government,,,,,\n", nil, []string{"added D01 市教育局", "市教育局 would be there twice, as A03 and as D01"}},
			"rename":       {"a03,市教育体育局,政府部门,government,,,,,\n", nil, []string{"changed A03 市教育体育局: name 市教育局 → 市教育体育局", "renamed from 市教育局 to 市教育体育局"}},
			"end":          {"A03,市教育局,政府部门,government,,教育局,,,\n", []string{"--whole"}, []string{"retired A04 市科学技术局", "A04 市科学技术局 is rated now"}},
		} {
			out, errs, code := w.command(append([]string{"units", "import", w.file("change.csv", unitsHead+c.rows)}, c.flags...)...)
			if code != exitFailed || out != "" {
				t.Errorf("%s: exit code %d, %q", name, code, out)
			}
			contains(t, errs, append(c.says, "nothing was imported")...)
		}
		if after := w.must("units", "list"); after != before {
			t.Fatalf("the register changed to\n%s", after)
		}
		out, errs, code := w.command("units", "import", "--yes", w.file("change.csv", unitsHead+
			"a03,市教育体育局,政府部门,government,,教育局,,,\nD02,市信访局,政府部門,government,,,,,\nA05,市公安局,政府部门,government,,公安局,,0555-1,\n"))
		if code != exitDone || out != "3 units imported\n" {
			t.Fatalf("exit code %d, %q\n%s", code, out, errs)
		}
		contains(t, errs, "changed A03 市教育体育局", "added D02 市信访局", "changed A05 市公安局", "phone 0555-0000005 → 0555-1", "86 units of the register are not in the file")
		contains(t, w.must("units", "list"), "A03\tgovernment\t政府部门\t市教育体育局\n", "D02\tgovernment\t政府部门\t市信访局\n")
	})
}

// Zeros that a spreadsheet ate make no second unit.
func TestUnitsImport_codeWithoutItsZeros_isAskedAbout(t *testing.T) {
	w := newWorld(t)
	w.must("migrate")
	w.must("units", "import", w.file("a.csv", unitsHead+"003,市教育局,政府部门,government,,,,,\n"))
	_, errs, code := w.command("units", "import", w.file("b.csv", unitsHead+"3,市教育局办公室,政府部门,government,,,,,\n"))
	if code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	contains(t, errs, "the code 3 is new, and 003 differs from it by zeros alone")
	w.must("units", "import", "--yes", w.file("b.csv", unitsHead+"3,市教育局办公室,政府部门,government,,,,,\n"))
}

func TestUnitsRetire_andRestore_endAndReturnAUnitInTheChat(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		in.phone().rate("A05", "55555")
		begun := in.chat(t)
		begun.on(begun.scan("u:A05"), "第1题")
		if out, errs, code := w.command("units", "retire", "a05"); code != exitFailed || out != "" || !strings.Contains(errs, "A05 市公安局 is rated now") {
			t.Fatalf("exit code %d, %q, %s", code, out, errs)
		}
		if out := w.must("units", "retire", "a05", "--yes"); out != "A05\nA05W1\nA05W2\n" {
			t.Fatalf("retired %q", out)
		}
		contains(t, w.must("units", "list"), "A05\tgovernment\t政府部门\t市公安局\tretired ")
		c := in.chat(t)
		eventually(t, "the chat knows", func() bool { return strings.Contains(c.scan("u:A05"), "不在这次评议的名单里") })
		c.on(c.scan("w:A05W1"), "不在这次评议的名单里")
		if shown := in.follows(t).say("公安局"); strings.Contains(shown, "第1题") {
			t.Errorf("its name starts a rating: %s", shown)
		}
		begun.say("44444") // what was begun can be finished
		begun.on(begun.tap("确认"), "回执：")
		if u := in.scores()["A05"]; u.Ratings != 2 || u.Name != "市公安局" {
			t.Errorf("scores %+v", u)
		}
		begun.on(begun.say("查询"), "市公安局")
		// An old file does not return it.
		_, errs, code := w.command("units", "import", w.file("old.csv", string(sampleUnits())))
		if code != exitDone {
			t.Fatal(errs)
		}
		contains(t, errs, "still retired A05 市公安局: units restore A05 returns it")
		if out := w.must("units", "restore", "A05"); out != "A05\nA05W1\nA05W2\n" {
			t.Fatalf("returned %q", out)
		}
		eventually(t, "the chat knows", func() bool { return strings.Contains(c.scan("u:A05"), "第1题") })
		if out, errs, code := w.command("units", "restore", "A05"); code != exitDone || out != "" || !strings.Contains(errs, "nothing changed") {
			t.Errorf("again: exit code %d, %q, %s", code, out, errs)
		}
		if _, _, code := w.command("units", "retire", "Z99"); code != exitFailed {
			t.Errorf("an unknown code: exit code %d", code)
		}
		if _, _, code := w.command("units", "retire"); code != exitUsage {
			t.Errorf("no code: exit code %d", code)
		}
	})
}

// A register of an earlier version holds A03 and a03: both printed codes lead to a
// unit, migrate names the pair, and retiring the second leaves one for both.
func TestTwins_ofAnEarlierVersion_areNamedAndEnded(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		insert := "INSERT INTO units (tenant,code,seq,name,class,type,superior,aliases,parent,phone,promise,updated_at)" +
			" SELECT tenant,'a03',900,name,class,type,superior,aliases,parent,phone,promise,updated_at FROM units WHERE code='A03'"
		if _, err := w.sql(t).ExecContext(t.Context(), insert); err != nil {
			t.Fatal(err)
		}
		in.stop()
		_, errs, code := w.command("migrate")
		if code != exitDone {
			t.Fatal(errs)
		}
		contains(t, errs, "A03 市教育局 and a03 市教育局 have one code but for its case; pingyi units retire a03 ends the second")
		_, errs, code = w.command("campaign", "create", "--profile", "maanshan-2017", "--id", "2019", "--from", "2020-01-01", "--to", "2099-12-31")
		if code != exitFailed || !strings.Contains(errs, "pingyi units retire a03") {
			t.Errorf("exit code %d\n%s", code, errs)
		}
		in = w.serve()
		c := in.chat(t)
		c.on(c.scan("u:A03"), "第1题", "市教育局")
		if out := w.must("units", "retire", "a03"); out != "a03\n" {
			t.Fatalf("retired %q", out)
		}
		eventually(t, "one unit has both codes", func() bool { return strings.Contains(c.scan("u:a03"), "第1题") })
		c.say("55555")
		c.on(c.tap("确认"), "回执：")
		if u := in.scores()["A03"]; u.Ratings != 1 {
			t.Errorf("A03 has %d ratings", u.Ratings)
		}
		if _, errs, code := w.command("units", "restore", "a03"); code != exitDone || strings.Contains(errs, "returned a03") {
			t.Errorf("a03 is A03 now: exit code %d, %s", code, errs)
		}
		if _, errs, _ := w.command("migrate"); strings.Contains(errs, "one code") {
			t.Errorf("still a pair:\n%s", errs)
		}
	})
}

func TestPollResults_codesInAnotherCase_areTheCampaigns(t *testing.T) {
	w := newWorld(t)
	w.env["PINGYI_WEIBO_APP_SECRET"], w.env["PINGYI_WEIBO_UID"] = "secret", "1902538057"
	w.serve()
	w.must("poll-results", "add", "--campaign", "2017", "--title", "t", "--signer", "s", "--evidence", "e",
		"--file", w.file("poll.csv", "code,5,4,3,2,1\na03,1,2,3,4,5\n"))
	contains(t, w.must("poll-results", "list", "--campaign", "2017"), `"A03"`)
}

// A campaign keeps the names it was created with: its posters stay true, and an old
// name that another unit was given asks which of the two is meant.
func TestRename_whileACampaignRuns_keepsItsNamesAndAsksWhoIsMeant(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		w.must("units", "import", "--yes", w.file("renamed.csv", unitsHead+
			"A03,市教育体育局,政府部门,government,,,,,\nA04,市教育局,政府部门,government,,,,,\n"))
		eventually(t, "the chat knows the new name", func() bool { return strings.Contains(in.follows(t).say("市教育体育局"), "第1题") })
		c := in.follows(t)
		c.on(c.say("市教育局"), "市教育局", "市科学技术局").without("第1题")
		c = in.chat(t)
		c.on(c.scan("u:A03"), "【市教育局】", "第1题").without("体育")
		c.say("55555")
		c.on(c.tap("确认"), "回执：", "回复 市教育局").without("体育")
		c.on(c.say("查询"), "【市教育局】").without("体育")
		c = in.follows(t)
		c.on(c.say("市科学技术局"), "【市科学技术局】", "第1题") // the poster's name of A04
		c.say("11111")
		c.on(c.tap("确认"), "回执：", "回复 市科学技术局")
		scores := in.scores()
		if a, b := scores["A03"], scores["A04"]; a.Name != "市教育局" || a.Mean.String() != "100.00" || b.Name != "市科学技术局" || b.Mean.String() != "0.00" {
			t.Errorf("A03 %s %v, A04 %s %v", a.Name, a.Mean, b.Name, b.Mean)
		}
	})
}
