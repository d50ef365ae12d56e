import type {SystemAnswers} from '../../answers/answers.ts';
import type {BootstrapWork} from '../work.ts';
import {putHostname} from './hostname.ts';
import {putKeymap} from './keymap.ts';
import {putLocale} from './locale.ts';
import {putTimeServers} from './time-servers.ts';
import {putTimeZone} from './time-zone.ts';

export function planSystem(
	{hostname, locale, keymap, timeZone, ntpServers}: SystemAnswers,
	work: BootstrapWork,
): void {
	if (hostname !== undefined) putHostname(work, hostname);
	if (locale !== undefined) putLocale(work, locale);
	if (keymap !== undefined) putKeymap(work, keymap);
	if (timeZone !== undefined) putTimeZone(work, timeZone);
	if (ntpServers !== undefined) putTimeServers(work, ntpServers);
}
