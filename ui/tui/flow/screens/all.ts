import type {ScreenName} from '../state.ts';
import {account} from './account.ts';
import {confirm} from './confirm.ts';
import {disk} from './disk.ts';
import {encryption} from './encryption.ts';
import {error} from './error.ts';
import {layout} from './layout.ts';
import {network} from './network.ts';
import {progress} from './progress.ts';
import {result} from './result.ts';
import type {Screen} from './screen.ts';
import {summary} from './summary.ts';
import {system} from './system.ts';
import {updates} from './updates.ts';
import {welcome} from './welcome.ts';

export const screens: Readonly<Record<ScreenName, Screen>> = {
	welcome,
	disk,
	layout,
	encryption,
	account,
	system,
	network,
	updates,
	summary,
	confirm,
	progress,
	result,
	error,
};
