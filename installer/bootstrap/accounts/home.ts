import {parentPath} from '../../../engine/source/tree-path.ts';
import type {ByteString, Directory} from '../../../engine/tree/tree.ts';
import type {LoginAnswers} from '../../answers/answers.ts';
import type {BootstrapWork} from '../work.ts';
import type {FoundUser} from './account-database.ts';
import {addKeys, keyMistake} from './authorized-keys.ts';
import type {AccountWork} from './plan-accounts.ts';

/**
 * Makes the home of a new user: what the image has in /etc/skel. One that the image has among its homes
 * is made the user's; what is in it stays.
 * @returns whether it could be
 */
export function makeHome(work: AccountWork, name: ByteString, user: FoundUser): boolean {
	const {image, files, problems, defaults, accounts} = work;
	const {uid, gid} = user;
	const other = accounts.entries('passwd').find(([, , , , , taken]) => taken === user.home)?.[0];
	if (other !== undefined) {
		problems.refuse(
			'taken-home',
			`${user.home} cannot be the home of ${name}: it is that of ${other}`,
			{
				hint: 'Give another home, or leave it out.',
			},
		);
		return false;
	}
	const home = files.leadsTo(user.home);
	if (home === undefined) return false;
	const existing = image.inode(home);
	// Of a folder elsewhere nobody knows whose it is.
	const isAmongHomes = parentPath(home) === image.resolve(defaults.homes);
	if (existing === undefined || isAmongHomes)
		files.folder(home, {mode: existing?.mode ?? defaults.homeMode, uid, gid});
	const skeleton = image.inode('/etc/skel');
	if (existing === undefined && skeleton?.type === 'directory')
		copySkeleton(work, skeleton, home, {uid, gid});
	work.note(`home of ${name}${existing === undefined ? '' : ', which the image has'}`, user.home);
	return true;
}

function copySkeleton(
	work: BootstrapWork,
	folder: Directory,
	place: ByteString,
	owner: {readonly uid: number; readonly gid: number},
): void {
	const {image, files} = work;
	for (const [name, inode] of folder.children) {
		const below = `${place}/${name}`;
		const access = {...owner, mode: inode.mode};
		if (inode.type === 'directory') {
			files.folder(below, access);
			copySkeleton(work, inode, below, owner);
		} else if (inode.type === 'symlink') files.link(below, inode.target, access);
		else if (inode.type === 'file')
			files.fileFrom(below, image.sourceOf(inode), inode.size, access);
	}
}

/** Lets the holders of keys log in, besides those whom the image lets. */
export function putKeys(
	work: BootstrapWork,
	{name, sshKeys}: Pick<LoginAnswers, 'sshKeys'> & {readonly name: string},
	{uid, gid, home: named}: FoundUser,
): void {
	const {image, files, problems} = work;
	for (const [index, key] of sshKeys.entries()) {
		const mistake = keyMistake(key);
		if (mistake !== undefined)
			problems.usage(`SSH key ${index + 1} of ${name} is ${mistake}`, {
				hint: 'Give the line of a public key, as ~/.ssh/id_ed25519.pub has it.',
			});
	}
	if (sshKeys.length === 0) return;
	const home = files.leadsTo(named);
	if (home === undefined) return;
	const place = `${home}/.ssh/authorized_keys`;
	files.folder(`${home}/.ssh`, {mode: 0o700, uid, gid});
	files.file(place, addKeys(image.text(place) ?? '', sshKeys), {mode: 0o600, uid, gid});
	const count = sshKeys.length === 1 ? 'SSH key' : `${sshKeys.length} SSH keys`;
	work.note(`${count} of ${name}`, `${named}/.ssh/authorized_keys`);
}
