package intake

import (
	"sync"

	"pingyi/models"
)

const hintShards = 64

// hints remembers the sessions that this replica saved last, so that the next
// turn needs one trip to Redis. A hint decides nothing: Swap compares its
// version with what is stored. It is bounded; what is forgotten is loaded.
type hints struct {
	shards [hintShards]hintShard
	each   int
}

type hintShard struct {
	mu sync.Mutex
	m  map[models.ID]current
}

func newHints(n int) *hints {
	h := &hints{each: n / hintShards}
	for i := range h.shards {
		h.shards[i].m = map[models.ID]current{}
	}
	return h
}

func (h *hints) shard(id models.ID) *hintShard { return &h.shards[id[15]%hintShards] }

func (h *hints) get(id models.ID) (current, bool) {
	s := h.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.m[id]
	return c, ok
}

func (h *hints) put(id models.ID, c current) {
	if h.each == 0 {
		return
	}
	s := h.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.m[id]; !there && len(s.m) >= h.each {
		for old := range s.m { // any one: map order is as good as random
			delete(s.m, old)
			break
		}
	}
	s.m[id] = c
}

func (h *hints) drop(id models.ID) {
	s := h.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, id)
}
