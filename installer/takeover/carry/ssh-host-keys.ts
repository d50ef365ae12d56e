import type {CarriedState, CarrySource} from './carried.ts';
import {openFileOf, secretFileOf} from './carried-file.ts';

const folder = '/etc/ssh';

/** By which those who log in know the machine again. */
export async function carrySshHostKeys({old, image}: CarrySource): Promise<CarriedState> {
	const names = await old.list(folder);
	const keys = names.filter((name) => /^ssh_host_[a-z0-9]+_key$/.test(name));
	const none = {kind: 'ssh-host-keys', taken: [], answers: {}} as const;
	if (keys.length === 0) return {...none, left: []};
	if (!image.isFile('/usr/sbin/sshd') && !image.isFile('/usr/bin/sshd'))
		return {...none, left: ['the image has no sshd']};
	const files = [];
	for (const key of keys) {
		files.push(await secretFileOf(old, `${folder}/${key}`));
		for (const suffix of ['.pub', '-cert.pub'])
			files.push(await openFileOf(old, `${folder}/${key}${suffix}`));
	}
	const kinds = keys.map((key) => key.replace(/^ssh_host_|_key$/g, ''));
	return {
		kind: 'ssh-host-keys',
		taken: kinds,
		left: [],
		answers: {files: files.filter((file) => file !== undefined)},
	};
}
