import type {Answers} from '../answers/answers.ts';
import {isCredentialName} from './credential-name.ts';
import {secretFile} from './machine-files.ts';
import type {SealedCredentials} from './seal-credentials.ts';
import type {BootstrapWork} from './work.ts';

/** Where services with ImportCredential= and LoadCredential= look. */
const store = '/etc/credstore';
/** Where those with ImportCredential= and LoadCredentialEncrypted= do. */
const sealedStore = '/etc/credstore.encrypted';

/** @see systemd.exec(5) */
export function planCredentials(
	credentials: Answers['credentials'],
	sealed: SealedCredentials,
	work: BootstrapWork,
): void {
	const {files, problems, note} = work;
	const folderOf = (name: string): string => (sealed.has(name) ? sealedStore : store);
	for (const folder of new Set([...credentials.keys()].map(folderOf)))
		files.folder(folder, {mode: 0o700, uid: 0, gid: 0});
	for (const [name, source] of credentials) {
		if (!isCredentialName(name)) {
			problems.usage(`${JSON.stringify(name)} is no name of a credential`, {
				hint: 'Use letters, digits, ".", "_" and "-".',
			});
			continue;
		}
		const place = `${folderOf(name)}/${name}`;
		const content = sealed.get(name);
		files.file(place, (content ?? work.contentOf(source)).revealBytes(), secretFile);
		const what = content === undefined ? 'credential' : 'credential, sealed to the TPM2,';
		note(`${what} ${name}`, place, {secret: true});
	}
}
