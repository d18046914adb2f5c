package demo

import (
	"context"
	_ "embed"
	"errors"

	"ruhu/auth"
	"ruhu/schema/instruments"
	"ruhu/schema/xform"
	"ruhu/survey"
	"ruhu/sync/wire"
)

// The questionnaire's second version, published in the middle of the field work: one label reworded, one question and one
// choice added. hh_sentiment_2.md is its source.
var (
	//go:embed forms/hh_sentiment_2.xml
	nextXML []byte
	//go:embed forms/hh_sentiment_2.xlsx
	nextXLSX []byte
)

// publish adds the second version. Phones that are offline go on with the first; records of both stand in one table.
func (f *field) publish(ctx context.Context) error {
	form, faults, err := xform.Read(nextXML)
	if err != nil {
		return errors.Join(err, &survey.FormFaults{List: faults})
	}
	if _, _, _, err := f.a.Survey.AddForm(ctx, survey.NewForm{XML: nextXML, Source: nextXLSX, By: auth.OperatorID}); err != nil {
		return err
	}
	f.versions[form.Version] = form
	return nil
}

// fresh notes the newest version of the questionnaire that has reached the phone.
func (w *walker) fresh() {
	for _, item := range w.phone.Items(wire.KindForm) {
		if item.ID == instruments.HouseholdSentiment && item.Version > w.version {
			w.version = item.Version
		}
	}
}
