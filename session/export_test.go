package session

import "pingyi/models"

// PushKey names a push's key, for tests that look at memory.
func PushKey(citizen, push models.ID) string {
	key, _ := keys(new([64]byte), citizen, push)
	return string(key)
}
