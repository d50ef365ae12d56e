import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {noProgress} from '../../../engine/progress.ts';
import {fakeSystem} from '../../../engine/system/fake.ts';
import type {FoundConfig} from '../../../installer/found/find-config.ts';
import {decideAndPrepare} from '../../../installer/found/prepare-found.ts';

const test = suite('configuration that is prepared');

const ofMedium: FoundConfig = {
	place: 'a place',
	name: '/run/slipway/live/config/slipway.ks',
	text: 'clearpart --all\nautopart --type=lvm\n',
	origin: 'found',
	hasPermit: true,
	isLenient: true,
};
const said = {config: undefined, sha256: undefined, permitsWipe: false};

async function decide(changes: Partial<FoundConfig>): Promise<string> {
	const config = {...ofMedium, ...changes};
	const {signal} = new AbortController();
	const decision = await decideAndPrepare(fakeSystem(), config, said, signal, noProgress);
	return decision.kind === 'install' ? 'install' : decision.why;
}

test('is read as leniently as what brought it says, and wipes where that says so', async () => {
	assert.is(await decide({}), 'install');
	assert.match(await decide({isLenient: false}), /^\/run\/slipway\/live\/config\/slipway\.ks:2:/);
	assert.match(await decide({hasPermit: false}), 'the configuration was found, not named');
});

test.run();
