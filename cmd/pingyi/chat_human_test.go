package main

import (
	"testing"

	"pingyi/config"
	"pingyi/simulator"
)

// The numbers are the register's and the profile's; no text of the dialogue names them.
func TestChat_human_isToldTheNumbersOfCampaignAndRegister(t *testing.T) {
	in := newWorld(t).withWeibo().serve()
	profile, err := config.LoadProfile("maanshan-2017")
	if err != nil {
		t.Fatal(err)
	}
	office := profile.Contacts
	c := in.chat(t)
	c.scan("u:A03")
	c.on(c.say("人工"), office.Office+" "+office.Phone, office.Hours, "市教育局 0555-0000003", "12345", "第1题（共5题）")
	c.on(c.say("55445"), "请核对您对【市教育局】的评价")
	wantLine(t, c.tap("确认"), "回执：")
	f := in.follower()
	f.do(simulator.Follow())
	contains(t, f.say("人工 公安局"), office.Phone, "市公安局 0555-0000005", "1 评议")
}
