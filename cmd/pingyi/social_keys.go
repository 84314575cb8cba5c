package main

import (
	"context"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/service/keys"
	"pingyi/social"
)

func socialAccount(o *opened) social.Account {
	return social.Account{Tenant: o.tenant, ID: o.opts.Weibo.UID}
}

// socialKeys are the keys of the account for public texts. It implements
// social.Keys.
type socialKeys struct {
	ring    *seal.Ring
	tenant  *seal.Tenant
	account social.Account
	watch   *keys.PersonWatch // nil outside of a server
}

func newSocialKeys(ctx context.Context, o *opened) (*socialKeys, error) {
	tenant, err := o.ring.Tenant(ctx, o.tenant)
	if err != nil {
		return nil, err
	}
	return &socialKeys{ring: o.ring, tenant: tenant, account: socialAccount(o)}, nil
}

// Item is also the identity under which the text has its effect.
func (k *socialKeys) Item(kind social.Kind, id string) models.ID {
	return k.tenant.Push(k.account.ID, publicName(string(kind), id))
}

func publicName(kind, id string) string { return "public/" + kind + "/" + id }

func (k *socialKeys) Author(uid string) models.ID { return k.tenant.Author(k.account.ID, uid) }

// Person is who the author is as a private writer, too: one live rating between
// both. The first rating makes the key.
func (k *socialKeys) Person(ctx context.Context, campaign, uid string) (models.ID, error) {
	id, err := k.ring.NewPerson(ctx, k.persons(campaign), uid)
	if models.KeyGone(err) && k.watch != nil {
		k.watch.Refuse(k.persons(campaign), err)
	}
	return id, err
}

// known is Person for a look-up, which makes no key.
func (k *socialKeys) known(ctx context.Context, campaign, uid string) (models.ID, error) {
	return k.ring.Person(ctx, k.persons(campaign), uid)
}

func (k *socialKeys) persons(campaign string) models.PersonKey {
	return models.PersonKey{Tenant: k.account.Tenant, Campaign: campaign, Account: k.account.ID, Channel: models.Social}
}

func (k *socialKeys) Seal(plain []byte, use models.ID) []byte {
	return k.tenant.Citizens().Seal(plain, publicUse(use))
}

func (k *socialKeys) Open(sealed []byte, use models.ID) ([]byte, error) {
	return k.tenant.Citizens().Open(sealed, publicUse(use))
}

func publicUse(use models.ID) []byte { return append([]byte("public/"), use[:]...) }
