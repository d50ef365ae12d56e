import type {UserAnswers} from '../../answers/answers.ts';
import type {AccountWork} from './plan-accounts.ts';

/** Whose members distributions let become root. */
const adminGroups = ['sudo', 'wheel'];

/** Lets a user become root, where the image has sudo: by its group for that, or by a rule. */
export function allowSudo(work: AccountWork, {name, sudo}: UserAnswers): void {
	const {image, files, problems, accounts} = work;
	if (sudo === 'none') return;
	if (!image.isFile('/usr/bin/sudo')) {
		problems.refuse('no-sudo', `${name} is to use sudo, which the image does not have`, {
			hint: 'Install sudo in the image, or give root a way to log in.',
		});
		return;
	}
	const group = adminGroups.find((admins) => accounts.gid(admins) !== undefined);
	if (group !== undefined) accounts.addMember(group, name);
	if (sudo === 'password' && group !== undefined && isAllowed(work, group)) {
		work.note(`sudo for ${name}, by group ${group}`, '/etc/group');
		return;
	}
	const noPassword = sudo === 'nopasswd' ? 'NOPASSWD: ' : '';
	// sudo leaves out files with a dot in their names.
	const place = `/etc/sudoers.d/90-slipway-${name.replaceAll('.', '_')}`;
	files.file(place, `${name} ALL=(ALL:ALL) ${noPassword}ALL\n`, {mode: 0o440, uid: 0, gid: 0});
	work.note(`sudo for ${name}${noPassword === '' ? '' : ' without password'}`, place);
}

/** Whether the image's rules let the group do all. */
function isAllowed({image}: AccountWork, group: string): boolean {
	const rule = new RegExp(`^%${group}\\s+ALL\\s*=\\s*\\(ALL(\\s*:\\s*ALL)?\\)\\s*ALL\\s*$`, 'm');
	return rule.test(image.text('/etc/sudoers') ?? '');
}
