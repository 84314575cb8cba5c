package models

// Codes of errors, of kind Conflict, that say why a stored key cannot be had. No
// other key is made in its place: it would make other hashes of the same people.
const (
	KeyLost      = "key_lost"      // what was hashed under it is there, the key is not
	KeyDestroyed = "key_destroyed" // on purpose
)

// KeyGone reports whether an error says that a key was lost or destroyed.
func KeyGone(err error) bool {
	code := CodeOf(err)
	return code == KeyLost || code == KeyDestroyed
}

// TenantKey is the name of the key from which those of a tenant's pushes are
// derived: the identities that exactly once rests on.
const TenantKey = "tenant"

// PersonKey names the key under which one account's citizens become the persons of
// one campaign.
type PersonKey struct {
	Tenant, Campaign, Account string
	Channel                   Channel // that the account collects for
}

// Name is what the key is stored under.
func (p PersonKey) Name() string { return "person/" + p.Campaign + "/" + p.Account }
