import {Refused} from '../../../engine/errors.ts';
import {isAtOrBelow} from '../../../engine/source/tree-path.ts';
import type {Answers, UserAnswers} from '../../answers/answers.ts';
import {parsePublicKey} from '../../answers/public-key.ts';
import type {ImageTree} from '../../bootstrap/image-tree.ts';
import {type CarriedHome, type CarriedState, homesFolder} from './carried.ts';
import {waysToRoot} from './root-ways.ts';
import {selinuxMode} from './selinux-mode.ts';

/**
 * What would lock people out of the new system, or the machine off from its network.
 * @param answers with what comes along
 * @param states that were chosen
 */
export function findCarriedRefusals(
	answers: Answers,
	states: readonly CarriedState[],
	image: ImageTree,
): Refused[] {
	return [
		...refusalsOfNetwork(states),
		...refusalsOfHomes(answers, states),
		...refusalsOfLabels(answers, states, image),
		...refusalsOfRoot(answers, states, image),
	];
}

/** A machine that nobody reaches may be well all the same, so that it would not go back by itself. */
function refusalsOfNetwork(states: readonly CarriedState[]): Refused[] {
	const left = states.find(({kind}) => kind === 'network')?.left ?? [];
	if (left.length === 0) return [];
	return [
		new Refused('network-left', `the network would not be what it is: ${left.join('; ')}`, {
			hint: "--skip=network leaves all of it to the image, where the image's settings will do.",
		}),
	];
}

/** Where people left logins behind, they know why. */
function refusalsOfRoot(
	answers: Answers,
	states: readonly CarriedState[],
	image: ImageTree,
): Refused[] {
	const logins = states.filter(({kind}) => kind === 'users' || kind === 'root-login');
	const before = logins.flatMap((state) => state.answers.waysToRoot ?? []);
	const homes = states.flatMap((state) => state.answers.homes ?? []);
	if (logins.length < 2 || before.length === 0) return [];
	if (waysToRoot(answers, homes, image).length > 0) return [];
	return [
		new Refused(
			'no-way-to-root',
			`nobody could become root on the new system; on the one before: ${before.join(', ')}`,
			{
				hint: 'Give root a key by --root-ssh-authorized-keys; --skip=root-login says that nobody needs to.',
			},
		),
	];
}

/** Keys go into homes; those that come along are not changed. */
function refusalsOfHomes({users}: Answers, states: readonly CarriedState[]): Refused[] {
	const covers = states.flatMap((state) => state.answers.covers ?? []);
	const homes = states.flatMap((state) => state.answers.homes ?? []);
	return users.flatMap((user) => {
		const place = homeOf(user);
		if (user.sshKeys.length === 0 || !covers.some((cover) => isAtOrBelow(place, cover))) return [];
		const home = homes.find(({path}) => path === place);
		const reason = whyNoLogin(user, home);
		if (reason === undefined) return [];
		return [
			new Refused(
				'home-comes-along',
				`SSH keys of ${user.name} would not count: ${reason.message}`,
				reason,
			),
		];
	});
}

/** Of files without a label services have nothing: sshd no keys, and a shell no home. */
function refusalsOfLabels(
	{system}: Answers,
	states: readonly CarriedState[],
	image: ImageTree,
): Refused[] {
	const mode = system.selinux ?? selinuxMode(image.text('/etc/selinux/config') ?? '');
	const without = states
		.flatMap((state) => state.answers.homes ?? [])
		.filter(({isLabelled}) => !isLabelled);
	if (mode !== 'enforcing' || without.length === 0) return [];
	const places = without.map(({path}) => path).join(', ');
	return [
		new Refused(
			'homes-without-labels',
			`the image enforces SELinux, and has no use for homes without labels: ${places}`,
			{
				hint: 'Take an image that is permissive until restorecon -R /var/home has run, or leave homes behind (--skip=homes, --skip=mounts for a file system of theirs): SSH keys come along all the same.',
			},
		),
	];
}

function homeOf({name, home}: UserAnswers): string {
	return home ?? `${homesFolder}/${name}`;
}

function whyNoLogin(
	user: UserAnswers,
	home: CarriedHome | undefined,
): {readonly message: string; readonly hint: string} | undefined {
	const {uid, sshKeys} = user;
	const place = homeOf(user);
	if (home === undefined)
		return {
			message: `the file system of its home comes along, and has no ${place}`,
			hint: `Make ${place} with its keys on the system that is there, or leave its file system behind: --skip=mounts.`,
		};
	if (home.uid !== uid)
		return {
			message: `${place} comes along, and belongs to user ${home.uid}`,
			hint: 'Give the user another name, or leave homes behind: --skip=homes,mounts.',
		};
	const known = new Set(home.sshKeys.map(identityOf));
	if (sshKeys.every((key) => known.has(identityOf(key)))) return undefined;
	return {
		message: `${place} comes along as it is, without them`,
		hint: `Add them to ${place}/.ssh/authorized_keys on the system that is there, and run again.`,
	};
}

/** With what its holder may do, and without the comment. */
function identityOf(line: string): string {
	const key = parsePublicKey(line);
	return key === undefined ? line : `${key.options} ${key.blob}`;
}
