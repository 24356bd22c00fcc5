import {
  emailSha256,
  fromEach,
  type IdentityForms,
  otherForm,
  phoneSha256,
  plain,
  storedSha256,
} from '#core/activation/normalise/forms.ts';

export interface Sent {
  readonly emails: boolean;
  readonly phones: 'no' | 'withPlus' | 'withoutPlus';
  readonly crmIds: readonly string[];
}

/** What is made of the identities of a person; forms are called as the API calls kinds of items. */
export const identityForms = ({ emails, phones, crmIds }: Sent): IdentityForms => ({
  take: 'all',
  forms: [
    ...(emails ? [{ form: 'Email', from: { Email: emailSha256(), Email_LC_SHA256: storedSha256() } }] : []),
    ...(phones === 'no' ? [] : [{ form: 'Phone', from: phoneSources(phones === 'withPlus') }]),
    ...(crmIds.length > 0 ? [{ form: 'CRM', from: fromEach(crmIds, plain()) }] : []),
  ],
});

const phoneSources = (plus: boolean) => ({
  'Phone_E.164': phoneSha256({ plus }),
  'Phone_SHA256_E.164': plus ? storedSha256() : otherForm('the hash is of a number with "+"'),
});
