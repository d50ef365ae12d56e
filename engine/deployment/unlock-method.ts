/** What opens an encrypted root. */
export type UnlockMethod =
	| {readonly kind: 'passphrase'}
	| {readonly kind: 'tpm2'; readonly pcrs: readonly number[]; readonly pin: boolean}
	| {readonly kind: 'recovery-key'}
	/** By the name of its LUKS token, `systemd-fido2`. */
	| {readonly kind: 'other'; readonly name: string};

/** `TPM2 (PCR 7, with a PIN), passphrase or recovery key`, for people. */
export function describeUnlocking(methods: readonly UnlockMethod[]): string {
	const names = methods.map(describeMethod);
	const last = names.pop() ?? 'nothing';
	return names.length === 0 ? last : `${names.join(', ')} or ${last}`;
}

function describeMethod(method: UnlockMethod): string {
	switch (method.kind) {
		case 'passphrase':
			return 'passphrase';
		case 'recovery-key':
			return 'recovery key';
		case 'other':
			return method.name;
		case 'tpm2': {
			const pcrs = method.pcrs.length === 0 ? [] : [`PCR ${method.pcrs.join(', ')}`];
			const conditions = [...pcrs, ...(method.pin ? ['with a PIN'] : [])];
			return conditions.length === 0 ? 'TPM2' : `TPM2 (${conditions.join(', ')})`;
		}
	}
}
