import {parseAuthFile} from '../../../engine/oci/settings/auth-file.ts';
import {parsePolicy} from '../../../engine/trust/policy.ts';
import type {RegistryAnswers} from '../../answers/answers.ts';
import {byteString} from '../byte-string.ts';
import {secretFile} from '../machine-files.ts';
import type {BootstrapWork} from '../work.ts';
import {putCaCertificates} from './ca-certificates.ts';

/** Of the first files that updates look into, the one that stays: see engine/oci/settings/auth-places.ts. */
const authPlace = '/etc/ostree/auth.json';
const policyPlace = '/etc/containers/policy.json';
const keyFolder = '/etc/pki/containers';

/** What updates need to get images, and to trust them. */
export function planRegistry(
	{auth, caCertificates, signingKeys, policy}: RegistryAnswers,
	work: BootstrapWork,
): void {
	const {files, problems, note} = work;
	if (auth !== undefined) {
		const bytes = work.contentOf(auth).revealBytes();
		problems.guard(() => parseAuthFile('the file of registry credentials', bytes));
		files.file(authPlace, bytes, secretFile);
		note('registry credentials', authPlace, {secret: true});
	}
	putCaCertificates(work, caCertificates);
	for (const [name, source] of signingKeys) {
		const bytes = work.contentOf(source).revealBytes();
		if (!isPublicKey(bytes))
			problems.usage(`the signing key ${JSON.stringify(name)} is no public key`, {
				hint: 'Give a public key in PEM, or one of OpenPGP.',
			});
		const place = `${keyFolder}/${byteString(name)}`;
		files.file(place, bytes);
		note(`signing key ${name}`, place);
	}
	if (policy !== undefined) {
		const bytes = work.contentOf(policy).revealBytes();
		problems.guard(() => parsePolicy('the policy', bytes));
		files.file(policyPlace, bytes);
		note('signature policy', policyPlace);
	}
}

/** In PEM, or one of OpenPGP: with armour, or as the packet of a public key. */
function isPublicKey(bytes: Buffer): boolean {
	const text = bytes.toString('latin1');
	if (text.includes('PRIVATE KEY')) return false;
	return (
		/^(\x99|\xc6)/.test(text) ||
		/-----BEGIN ([A-Z]+ )*(PUBLIC KEY( BLOCK)?|CERTIFICATE)-----/.test(text)
	);
}
