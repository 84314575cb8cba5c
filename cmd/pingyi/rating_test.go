package main

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/xuri/excelize/v2"

	"pingyi/simulator"
)

// The worked example of the domain: three ratings of one unit, convex points.
func TestWorkedExample_sentAsEncryptedPushes_yieldsItsFigures(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		second := in.phone()
		in.phone().rate("A03", "55454")
		second.rate("A03", "30425")
		in.phone().rate("A03", "14005")
		u := in.scores()["A03"]
		want := `{"code":"A03","name":"市教育局","class":"政府部门","ratings":3,"mean":"76.33","points":"7.63","shrunk_mean":"76.33","rank":1,` +
			`"levels":{"5":5,"4":4,"3":1,"2":1,"1":1},"satisfied":{"answers":12,"share":"0.75","low":"0.26","high":"0.96"},` +
			`"complaints":{"received":0,"answered":0,"on_time":0,"satisfied":0}}`
		if got := asJSON(t, u); got != want {
			t.Fatalf("worked example\n got %s\nwant %s", got, want)
		}
		second.rate("A03", "55555")
		if u = in.scores()["A03"]; u.Mean.String() != "88.67" || u.Points.String() != "8.87" || u.Ratings != 3 {
			t.Fatalf("after the change mean %s, points %s, %d ratings; want 88.67, 8.87, 3", u.Mean, u.Points, u.Ratings)
		}
		sameEverywhere(t, in)
		contains(t, w.must("recount"), "2017: every tally equals")
	})
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// sameEverywhere holds API and command, JSON, CSV and XLSX against each other.
func sameEverywhere(t *testing.T, in *instance) {
	t.Helper()
	const path = "/api/v1/campaigns/2017/scores"
	_, _, raw := in.get(path+"?channel=mobile", in.key)
	var api, command struct {
		Units []json.RawMessage `json:"units"`
	}
	if err := json.Unmarshal(raw, &api); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(in.w.must("scores", "--campaign", "2017", "--channel", "mobile")), &command); err != nil {
		t.Fatal(err)
	}
	if len(api.Units) != 84 || len(command.Units) != 84 {
		t.Fatalf("%d and %d units, want 84", len(api.Units), len(command.Units))
	}
	_, _, sheet := in.get(path+".csv?channel=mobile", in.key)
	text := strings.TrimPrefix(string(sheet), "\ufeff")
	if text == string(sheet) {
		t.Fatal("the CSV has no byte order mark")
	}
	if out := in.w.must("scores", "--campaign", "2017", "--channel", "mobile", "--format", "csv"); out != string(sheet) {
		t.Fatal("the command's CSV differs from the API's")
	}
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(rows[0], ",") != "code,name,class,ratings,mean,points,shrunk_mean,rank" || len(rows) != 85 {
		t.Fatalf("CSV head %v, %d rows", rows[0], len(rows))
	}
	status, head, book := in.get(path+".xlsx?channel=mobile", in.key)
	if status != http.StatusOK || !strings.Contains(head.Get("Content-Type"), "spreadsheetml") {
		t.Fatalf("xlsx: %d %s", status, head.Get("Content-Type"))
	}
	f, err := excelize.OpenReader(strings.NewReader(string(book)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for _, row := range rows[1:] {
		if row[0] == "A03" && (row[3] != "3" || row[4] != "88.67" || row[5] != "8.87") {
			t.Fatalf("CSV row %v", row)
		}
	}
}

func TestPush_fourTimesAtOnceOnTwoServers_oneEffectFourEqualAnswers(t *testing.T) {
	w := newMySQLWorld(t)
	a, b := w.serve(), w.serve()
	for round := range 20 {
		p := a.phone()
		p.scan("u:A01")
		p.say("55445")
		confirm := simulator.Tap(link(t, p.last, "确认"))
		first := deliverAtOnce(t, []*simulator.Platform{a.Platform, b.Platform}, p.who, confirm)
		contains(t, first, "已经记下", "回执：")
		p.scan("u:A01")
		p.say("11115")
		changed := deliverAtOnce(t, []*simulator.Platform{b.Platform, a.Platform}, p.who, simulator.Tap(link(t, p.last, "确认")))
		contains(t, changed, "原来那份不再计入", "回执：")
		if u := a.scores()["A01"]; u.Ratings != int64(round+1) {
			t.Fatalf("round %d: %d ratings, want %d", round, u.Ratings, round+1)
		}
	}
	contains(t, w.must("recount"), "every tally equals")
}

// deliverAtOnce delivers one push four times at once, on each platform in turn,
// and returns the answer, which must be the same four times.
func deliverAtOnce(t *testing.T, on []*simulator.Platform, who *simulator.Citizen, act simulator.Act) string {
	t.Helper()
	made, err := on[0].Make(who, act)
	if err != nil {
		t.Fatal(err)
	}
	plain := make([]string, 4)
	var wg sync.WaitGroup
	for i := range plain {
		wg.Go(func() {
			e, err := on[i%len(on)].Redeliver(t.Context(), made)
			if err != nil || len(e.Faults) > 0 {
				t.Errorf("delivery %d: %v %v", i, err, e.Faults)
			}
			plain[i] = e.Plain
		})
	}
	wg.Wait()
	for i := range plain {
		if plain[i] != plain[0] {
			t.Fatalf("delivery %d was answered\n%s\nthe first\n%s", i, plain[i], plain[0])
		}
	}
	return plain[0]
}

func link(t *testing.T, e simulator.Exchange, label string) simulator.Link {
	t.Helper()
	for _, l := range e.Links {
		if l.Label == label {
			return l
		}
	}
	t.Fatalf("no link %q in\n%s", label, e.Text)
	return simulator.Link{}
}
