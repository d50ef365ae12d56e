import * as v from 'valibot';
import {DamagedInput} from '../errors.ts';
import type {UnlockMethod} from './unlock-method.ts';

/** What is of use here of the JSON in a LUKS2 header. */
const schema = v.object({
	keyslots: v.record(v.string(), v.unknown()),
	tokens: v.record(v.string(), v.looseObject({type: v.string(), keyslots: v.array(v.string())})),
});

const tpm2Token = v.looseObject({
	'tpm2-pcrs': v.optional(v.array(v.number()), []),
	'tpm2-pin': v.optional(v.boolean(), false),
});

/**
 * What opens a disk by its LUKS2 header, as `cryptsetup luksDump --dump-json-metadata` prints it: a key that
 * no token is for was typed, or is in a file.
 * @see https://gitlab.com/cryptsetup/LUKS2-docs
 * @throws DamagedInput when it is none
 */
export function parseUnlockMethods(json: string): UnlockMethod[] {
	const {keyslots, tokens} = parseHeader(json);
	const ofTokens = Object.values(tokens).map(methodOfToken);
	const taken = new Set(Object.values(tokens).flatMap((token) => token.keyslots));
	const hasPassphrase = Object.keys(keyslots).some((slot) => !taken.has(slot));
	return [
		...ofTokens.filter(({kind}) => kind !== 'recovery-key'),
		...(hasPassphrase ? [{kind: 'passphrase'} as const] : []),
		...ofTokens.filter(({kind}) => kind === 'recovery-key').slice(0, 1),
	];
}

function methodOfToken(token: v.InferOutput<typeof schema>['tokens'][string]): UnlockMethod {
	if (token.type === 'systemd-recovery') return {kind: 'recovery-key'};
	const tpm2 = token.type === 'systemd-tpm2' ? v.safeParse(tpm2Token, token) : undefined;
	if (!tpm2?.success) return {kind: 'other', name: token.type};
	return {kind: 'tpm2', pcrs: tpm2.output['tpm2-pcrs'], pin: tpm2.output['tpm2-pin']};
}

function parseHeader(json: string): v.InferOutput<typeof schema> {
	try {
		return v.parse(schema, JSON.parse(json));
	} catch (cause) {
		throw new DamagedInput('the metadata of the LUKS2 header cannot be read', {cause});
	}
}
