import {basename} from 'node:path';
import type {PathFacts} from '../image-places.ts';
import type {ImageRoot} from '../image-root.ts';
import type {Check, Problem} from '../lint.ts';

/** Without these a person can neither log in nor keep anything. */
const homes = ['/home', '/root'];
const otherWritable = ['/srv', '/mnt', '/usr/local', '/opt'];

export const writablePlaces: Check = {
	name: 'writable-places',
	severity: 'warning',
	reason:
		'All of the root but /etc and /var is read-only on the machine; a link into /var makes a place writable.',
	fix: 'Run /usr/lib/slipway/setup in the build, which makes the links and keeps the content.',
	async find(root) {
		const problems: Problem[] = [];
		for (const place of [...homes, ...otherWritable]) {
			const message = await findReadOnlyPlace(root, place);
			if (message !== undefined)
				problems.push(homes.includes(place) ? {severity: 'error', message} : message);
		}
		return problems;
	},
};

async function findReadOnlyPlace(root: ImageRoot, place: string): Promise<string | undefined> {
	const facts = await root.facts(place);
	if (facts === undefined) return `${place} is missing, and cannot be made on the machine`;
	if (facts.type === 'symlink') {
		const target = facts.target ?? '';
		return /^(\/|(\.\.\/)*)var\//.test(target)
			? undefined
			: `${place} leads to ${target}, which is not below /var`;
	}
	if (await holdsSoftware(root, place)) return undefined;
	return `${place} is a folder of the image, so it will be read-only`;
}

/** Places for software that may as well be the image's as the machine's. */
const softwarePlaces = ['/usr/local', '/opt'];

export const imageSoftware: Check = {
	name: 'image-software',
	severity: 'note',
	reason:
		'Software that the image has there is read-only on the machine, and updated with the image.',
	fix: 'Keep it if that is meant. A place without files is made writable by /usr/lib/slipway/setup.',
	async find(root) {
		const problems: Problem[] = [];
		for (const place of softwarePlaces)
			if (await holdsSoftware(root, place)) problems.push(`${place} holds software of the image`);
		return problems;
	},
};

/** Whether setup leaves the place alone: there is more in it than folders and the link that Debian ships. */
async function holdsSoftware(root: ImageRoot, place: string): Promise<boolean> {
	if (!softwarePlaces.includes(place) || (await root.facts(place))?.type !== 'directory')
		return false;
	for await (const [path, {type}] of root.walk(place))
		if (type !== 'directory' && basename(path) !== 'man') return true;
	return false;
}

const unitFolders = ['/etc/systemd/system', '/usr/lib/systemd/system'];

export const temporaryFiles: Check = {
	name: 'tmp',
	severity: 'warning',
	reason:
		'/tmp is read-only like all of the root, unless a file system of its own is mounted there.',
	fix: 'Run /usr/lib/slipway/setup in the build, which enables tmp.mount.',
	async find(root) {
		const unit = await firstThere(root, '/tmp.mount');
		if (unit === undefined) return ['there is no unit tmp.mount'];
		if (unit.target === '/dev/null') return ['the unit tmp.mount is masked'];
		const wanted = await firstThere(root, '/local-fs.target.wants/tmp.mount');
		return wanted === undefined
			? ['nothing mounts tmp.mount: local-fs.target does not want it']
			: [];
	},
};

async function firstThere(root: ImageRoot, unit: string): Promise<PathFacts | undefined> {
	for (const folder of unitFolders) {
		const facts = await root.facts(folder + unit);
		if (facts !== undefined) return facts;
	}
	return undefined;
}
