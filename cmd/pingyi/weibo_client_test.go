package main

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pingyi/models"
)

// A client in another language, written from the documentation alone.
func TestWeibo_clientInPython_ratesAUnit(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	w := newWorld(t).withWeibo()
	in := w.serve()
	scenes, err := w.scenes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client := exec.CommandContext(t.Context(), python, "testdata/weibo_client.py",
		in.base+"/weibo", testWeiboSecret, testUID, strconv.Itoa(scenes["u:C02"]))
	out, err := client.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	receipt := strings.TrimSpace(string(out))
	if !regexp.MustCompile(`^[0-9A-Z]{4}(-[0-9A-Z]{4}){3}$`).MatchString(receipt) {
		t.Fatalf("the client printed %q", receipt)
	}
	if u, _ := in.scoreOf(models.Social, "C02"); u.Ratings != 1 || u.Points.String() != "4.00" {
		t.Fatalf("%+v", u)
	}
	contains(t, in.follower().say("查询 "+receipt), "登记过")
}
