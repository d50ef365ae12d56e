import {updateSettings} from '../../engine/update/update-settings.ts';
import type {UpdateAnswers} from '../answers/answers.ts';
import type {BootstrapWork} from './work.ts';

/** Beside what the image says, which it changes key by key. */
const place = '/etc/slipway/update.d/50-install.toml';

/** Says how the machine keeps itself up to date. */
export function planUpdates({mode, window}: UpdateAnswers, work: BootstrapWork): void {
	if (mode === undefined && window === undefined) return;
	const [, start, end] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(window ?? '') ?? [];
	if (window !== undefined && start === undefined) {
		work.problems.usage(`${JSON.stringify(window)} is no window for updates`, {
			hint: 'Give two times of a day, such as 02:00-05:00.',
		});
		return;
	}
	const text = [
		'# As the machine was installed.\n',
		...(mode === undefined ? [] : [`mode = "${mode}"\n`]),
		...(window === undefined ? [] : [`[[windows]]\nstart = "${start}"\nend = "${end}"\n`]),
	].join('');
	work.problems.guard(() => updateSettings([{path: place, text}]));
	work.files.file(place, text);
	const parts = [mode, window === undefined ? undefined : `reboots ${window}`];
	work.note(`updates: ${parts.filter((part) => part !== undefined).join(', ')}`, place);
}
