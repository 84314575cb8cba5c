package config

import (
	"strings"
	"testing"
)

// The titles that citizens and offices read are the city notice's, to the letter.
func TestLoadProfile_maanshan2017_titlesAreTheNotices(t *testing.T) {
	p := mustProfile(t, "maanshan-2017")
	if got, want := p.TitleOf(2017), "2017年度政风行风评议"; got != want {
		t.Errorf("the campaign is called %s, the notice says %s", got, want)
	}
	points := map[string]int{}
	for _, c := range p.Channels {
		title, _, _ := strings.Cut(c.Title, "（") // the notice lists several bodies under one title
		points[title] += int(c.FullMarks.Float())
	}
	want := map[string]int{
		"移动手机端测评": 10, "工作测评": 28, "热线测评": 32, "市人大代表、政协委员测评": 8, "网络测评": 5,
		"“马鞍山发布”微博测评": 4, "数字电视在线测评": 3, "县区、开发园区评议": 10,
	}
	for title, n := range want {
		if points[title] != n {
			t.Errorf("%s has %d points, the notice gives %d", title, points[title], n)
		}
	}
	if len(points) != len(want) {
		t.Errorf("the channels have %d titles, the notice %d: %v", len(points), len(want), points)
	}
}
