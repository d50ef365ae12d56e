import type {Answers} from '../answers/answers.ts';
import {secretFile} from './machine-files.ts';
import type {BootstrapWork} from './work.ts';

/** Where services with ImportCredential= and LoadCredential= look. */
const store = '/etc/credstore';

/** @see systemd.exec(5) */
export function planCredentials(credentials: Answers['credentials'], work: BootstrapWork): void {
	const {files, problems, note} = work;
	if (credentials.size === 0) return;
	files.folder(store, {mode: 0o700, uid: 0, gid: 0});
	for (const [name, source] of credentials) {
		if (!/^(?!\.{1,2}$)[!-.0-9;-~]{1,255}$/.test(name)) {
			problems.usage(`${JSON.stringify(name)} is no name of a credential`, {
				hint: 'Use letters, digits, ".", "_" and "-".',
			});
			continue;
		}
		const place = `${store}/${name}`;
		files.file(place, work.contentOf(source).revealBytes(), secretFile);
		note(`credential ${name}`, place, {secret: true});
	}
}
