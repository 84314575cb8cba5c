package faults

import (
	"context"
	"strconv"

	"pingyi/simulator"
)

// platform is what a citizen writes on, with one front a server.
type platform struct {
	make   func(*simulator.Citizen, simulator.Act) (simulator.Exchange, error)
	fronts []simulator.Face
	words  bool // choices are numbered lines; there is nothing to tap
}

func (w *town) onWeChat() platform {
	p := platform{make: w.fronts[0].Make}
	for _, f := range w.fronts {
		p.fronts = append(p.fronts, f)
	}
	return p
}

func (w *town) onWeibo() platform {
	p := platform{words: true, make: func(c *simulator.Citizen, act simulator.Act) (simulator.Exchange, error) {
		return w.weibos[0].Make(context.Background(), c, act)
	}}
	for _, f := range w.weibos {
		p.fronts = append(p.fronts, f)
	}
	return p
}

// all is the platform of a citizen with every front.
func (c *citizen) all() platform {
	if c.on.words {
		return c.w.onWeibo()
	}
	return c.w.onWeChat()
}

// weiboOf plays Weibo towards a server that has started: it knows the numbers of
// the account's codes from its database.
func (w *town) weiboOf(base string, o simulator.PlatformOptions) *simulator.WeiboPlatform {
	w.t.Helper()
	found := map[string]string{}
	rows(w, "SELECT target, id FROM scenes", found)
	numbers := map[string]int{}
	for target, number := range found {
		n, err := strconv.Atoi(number)
		if err != nil {
			w.t.Fatal(err)
		}
		numbers[target] = n
	}
	o.Target = base + "/weibo/" + weiboPath
	p, err := simulator.NewWeiboPlatform(simulator.WeiboOptions{
		PlatformOptions: o,
		Weibo:           simulator.WeiboAccount{UID: weiboUID, AppSecret: weiboSecret},
		Scenes:          func(context.Context) (map[string]int, error) { return numbers, nil },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}
