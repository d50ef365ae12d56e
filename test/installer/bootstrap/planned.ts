import {addEntry, lookUp, parentPath} from '../../../engine/source/tree-path.ts';
import type {Directory, Inode} from '../../../engine/tree/tree.ts';
import {walkTree} from '../../../engine/tree/walk.ts';
import {type Answers, noAnswers, type UserAnswers} from '../../../installer/answers/answers.ts';
import {ImageTree} from '../../../installer/bootstrap/image-tree.ts';
import type {MachineTree} from '../../../installer/bootstrap/machine-files.ts';
import type {LiveSetting} from '../../../installer/bootstrap/network/copy-live.ts';
import {plannedBootstrap} from '../../../installer/bootstrap/plan-bootstrap.ts';
import {directory, file, symlink} from '../../engine/source/trees.ts';

/** Content of files, or inodes, by path; folders on the way are made. */
export type MadeImage = Readonly<Record<string, string | Inode>>;

/** A small Debian, as setup leaves it. */
export const debian: MadeImage = {
	'/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nsync:x:4:65534:sync:/bin:/bin/sync\n',
	'/etc/group': 'root:x:0:\nshadow:x:42:\nsudo:x:27:\n',
	'/etc/shadow': file('root:*:20000:0:99999:7:::\nsync:*:20000:0:99999:7:::\n', {
		mode: 0o640,
		gid: 42,
	}),
	'/etc/gshadow': file('root:*::\nshadow:*::\nsudo:*::\n', {mode: 0o640, gid: 42}),
	'/etc/subuid': '',
	'/etc/subgid': '',
	'/etc/login.defs': 'PASS_MAX_DAYS 99999\nPASS_MIN_DAYS 0\nPASS_WARN_AGE 7\nHOME_MODE 0700\n',
	'/etc/skel/.profile': 'profile',
	'/bin/bash': 'x',
	'/home': symlink('var/home'),
	'/root': symlink('var/roothome'),
	'/usr/local': symlink('../var/usrlocal'),
	'/var/home': directory(),
	'/var/roothome': directory({}, {mode: 0o700}),
};

export function makeTree(image: MadeImage): Directory {
	const root = directory();
	for (const [path, content] of Object.entries(image)) {
		const parts = parentPath(path).split('/').slice(1);
		for (const [index] of parts.entries()) {
			const folder = `/${parts.slice(0, index + 1).join('/')}`;
			if (folder !== '/' && lookUp(root, folder) === undefined) addEntry(root, folder, directory());
		}
		addEntry(root, path, typeof content === 'string' ? file(content) : content);
	}
	return root;
}

/** What becomes of answers: every entry with its content, the list for people, and what is wrong. */
export function planned(
	answers: Partial<Answers>,
	image: MadeImage = debian,
	liveNetwork?: readonly LiveSetting[],
) {
	const {items, tree, problems} = plannedBootstrap({
		answers: {...noAnswers, ...answers},
		image: new ImageTree(makeTree(image), new Map()),
		contents: new Map(),
		liveNetwork,
		contexts: undefined,
		now: new Date('2026-11-26T00:00:00Z'),
	});
	return {
		items: items.map(({what, place, secret}) => `${what} | ${place}${secret ? ' | secret' : ''}`),
		entries: describeTree(tree),
		problems: problems.map(({message}) => message),
		hints: problems.map(({hint}) => hint),
	};
}

/** Only what was put there: no folders that the image has as they are. */
function describeTree({root, sources}: MachineTree): Record<string, string> {
	const entries: Record<string, string> = {};
	for (const [path, inode] of walkTree(root, '')) {
		const owner = `${inode.mode.toString(8)} ${inode.uid}:${inode.gid}`;
		if (inode.type === 'directory') {
			if (owner !== '755 0:0') entries[`${path}/`] = owner;
		} else if (inode.type === 'symlink') entries[path] = `-> ${inode.target}`;
		else if (inode.type === 'character') entries[path] = `whiteout ${inode.rdev}`;
		else if (inode.type === 'file') {
			const source = sources.get(inode);
			entries[path] = `${owner} ${source?.kind === 'bytes' ? source.bytes.toString() : ''}`;
		}
	}
	return entries;
}

export function user(changes: Partial<UserAnswers> & {readonly name: string}): UserAnswers {
	return {
		passwordHash: undefined,
		sshKeys: [],
		gecos: undefined,
		uid: undefined,
		gid: undefined,
		groups: [],
		shell: undefined,
		home: undefined,
		sudo: 'none',
		...changes,
	};
}

/** A public key that is one, of no private key. */
export const sshKey = `ssh-ed25519 ${Buffer.concat([
	Buffer.from([0, 0, 0, 11]),
	Buffer.from('ssh-ed25519'),
	Buffer.from([0, 0, 0, 32]),
	Buffer.alloc(32, 7),
]).toString('base64')} me@example`;

export const hash = `$6$saltsalt$${'a'.repeat(86)}`;
