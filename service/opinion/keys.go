package opinion

import (
	"context"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/service/keys"
	"pingyi/social"
)

// Keys are the keys of the account for public texts. It implements
// social.Keys. What it makes and seals stays openable: resealing knows its uses.
type Keys struct {
	ring    *seal.Ring
	tenant  *seal.Tenant
	account social.Account
	watch   *keys.PersonWatch // nil outside of a server
}

// NewKeys returns the keys of an account, which it opens or makes. watch is told where
// an author cannot be known; it may be nil.
func NewKeys(ctx context.Context, ring *seal.Ring, account social.Account, watch *keys.PersonWatch) (*Keys, error) {
	tenant, err := ring.Tenant(ctx, account.Tenant)
	if err != nil {
		return nil, err
	}
	return &Keys{ring: ring, tenant: tenant, account: account, watch: watch}, nil
}

// Item implements social.Keys. It is also the identity under which the text has its effect.
func (k *Keys) Item(kind social.Kind, id string) models.ID {
	return k.tenant.Push(k.account.ID, PublicName(string(kind), id))
}

// PublicName is the name of a text or cursor, from which its identity is made.
func PublicName(kind, id string) string { return "public/" + kind + "/" + id }

// Author implements social.Keys.
func (k *Keys) Author(uid string) models.ID { return k.tenant.Author(k.account.ID, uid) }

// Person implements social.Keys: who the author is as a private writer, too: one live rating between
// both. The first rating makes the key.
func (k *Keys) Person(ctx context.Context, campaign, uid string) (models.ID, error) {
	id, err := k.ring.NewPerson(ctx, k.persons(campaign), uid)
	if models.KeyGone(err) && k.watch != nil {
		k.watch.Refuse(k.persons(campaign), err)
	}
	return id, err
}

// known is Person for a look-up, which makes no key.
func (k *Keys) known(ctx context.Context, campaign, uid string) (models.ID, error) {
	return k.ring.Person(ctx, k.persons(campaign), uid)
}

func (k *Keys) persons(campaign string) models.PersonKey {
	return models.PersonKey{Tenant: k.account.Tenant, Campaign: campaign, Account: k.account.ID, Channel: models.Social}
}

// Seal implements social.Keys.
func (k *Keys) Seal(plain []byte, use models.ID) []byte {
	return k.tenant.Citizens().Seal(plain, PublicUse(use))
}

// Open implements social.Keys.
func (k *Keys) Open(sealed []byte, use models.ID) ([]byte, error) {
	return k.tenant.Citizens().Open(sealed, PublicUse(use))
}

// PublicUse is what is sealed for an identity.
func PublicUse(use models.ID) []byte { return append([]byte("public/"), use[:]...) }
