import type {System} from '../../engine/system/system.ts';
import type {Answers} from '../answers/answers.ts';
import {Secret} from '../answers/secret.ts';
import {isCredentialName} from './credential-name.ts';
import {contentOf, type ReadContents} from './source-contents.ts';

/** Credentials as systemd-creds encrypted them, by name. */
export type SealedCredentials = ReadonlyMap<string, Secret>;

/**
 * Seals credentials to the TPM2 of this machine, which has to be the one that gets them. To no PCR: a service
 * would fail for want of its credential after the next update of the firmware, and nobody is asked as for a disk.
 * @returns none where systemd finds no TPM2 that it can use
 */
export async function sealCredentials(
	system: Pick<System, 'run'>,
	credentials: Answers['credentials'],
	contents: ReadContents,
): Promise<SealedCredentials> {
	const sealed = new Map<string, Secret>();
	if (credentials.size === 0 || !(await hasUsableTpm2(system))) return sealed;
	for (const [name, source] of credentials) {
		// It is refused with all else that is wrong.
		if (!isCredentialName(name)) continue;
		const args = ['encrypt', '--with-key=tpm2', '--tpm2-pcrs=', `--name=${name}`, '-', '-'];
		const input = contentOf(source, contents).revealBytes();
		const {stdout} = await system.run('systemd-creds', args, {input});
		sealed.set(name, new Secret(stdout));
	}
	return sealed;
}

/** Its status has a bit for each part that is missing. */
const anyStatus = Array.from({length: 32}, (_, status) => status);

async function hasUsableTpm2(system: Pick<System, 'run'>): Promise<boolean> {
	const {status} = await system.run('systemd-creds', ['has-tpm2', '--quiet'], {
		okStatuses: anyStatus,
	});
	return status === 0;
}
