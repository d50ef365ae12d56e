import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {cpioArchive} from '../../../installer/live/cpio.ts';
import {configInitramfs, type MediumConfig} from '../../../installer/live/medium-config.ts';

const test = suite('configuration of a medium');

const plain: MediumConfig = {
	name: 'site.ks',
	bytes: Buffer.from('lang de'),
	mayWipe: false,
	isLenient: false,
};
const file = (name: string, text = '') => ({
	path: `usr/lib/slipway/config/${name}`,
	mode: 0o600,
	bytes: Buffer.from(text),
});

test('keeps its kind, and how it was read', () => {
	assert.equal(configInitramfs(plain), cpioArchive([file('slipway.ks', 'lang de')]));
	assert.equal(
		configInitramfs({...plain, name: 'site', mayWipe: true, isLenient: true}),
		cpioArchive([file('slipway.cfg', 'lang de'), file('may-wipe'), file('lenient')]),
	);
});

test.run();
