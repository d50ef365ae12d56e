import type {CloudInitAnswers} from '../answers/answers.ts';
import {secretFile} from './machine-files.ts';
import type {BootstrapWork} from './work.ts';

const seed = '/var/lib/cloud/seed/nocloud';

/** A seed as cloud-init finds it without any medium; its user data may have secrets. */
export function planCloudInit(answers: CloudInitAnswers | undefined, work: BootstrapWork): void {
	const {image, files, problems, note} = work;
	if (answers === undefined) return;
	if (!image.isFile('/usr/bin/cloud-init')) {
		problems.refuse(
			'no-cloud-init',
			'there is a seed for cloud-init, which the image does not have',
			{
				hint: 'Install cloud-init in the image, or leave out the seed.',
			},
		);
		return;
	}
	const {userData, metaData, networkConfig} = answers;
	files.folder(seed, {mode: 0o700, uid: 0, gid: 0});
	for (const [name, source] of [
		['user-data', userData],
		['meta-data', metaData],
		['network-config', networkConfig],
	] as const) {
		// Without metadata it is no seed.
		if (source === undefined && name !== 'meta-data') continue;
		const bytes = source === undefined ? '' : work.contentOf(source).revealBytes();
		files.file(`${seed}/${name}`, bytes, secretFile);
	}
	note('seed for cloud-init', seed, {secret: true});
}
