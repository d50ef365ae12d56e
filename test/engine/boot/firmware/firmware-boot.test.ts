import {suite} from 'uvu';
import * as assert from 'uvu/assert';
import {
	parseFirmwareBoot,
	planFirst,
	planRemoval,
	type VariableChange,
} from '../../../../engine/boot/firmware/firmware-boot.ts';
import {type EspIdentity, formatLoadOption} from '../../../../engine/boot/firmware/load-option.ts';

const test = suite("the firmware's boot order");

const esp: EspIdentity = {
	number: 1,
	start: 2048,
	size: 4096,
	uuid: '11111111-2222-3333-4444-555555555555',
};
const own = 'EFI/systemd/systemd-bootx64.efi';
const wanted = {description: 'My OS', path: own, esp};
const numbers = (...list: number[]): Buffer => {
	const data = Buffer.alloc(list.length * 2);
	for (const [at, number] of list.entries()) data.writeUInt16LE(number, at * 2);
	return data;
};

const variables = (more: Record<string, Buffer> = {}) =>
	new Map(
		Object.entries({
			Boot0000: formatLoadOption('debian', 'EFI/debian/shimx64.efi', esp),
			Boot000A: Buffer.from('scrap'),
			BootOrder: numbers(0, 10),
			BootCurrent: numbers(0),
			...more,
		}),
	);

/** Names, with the order as numbers. */
const shown = (changes: readonly VariableChange[]) =>
	changes.map(({name, data}) =>
		name === 'BootOrder'
			? [
					name,
					...Array.from({length: (data?.length ?? 0) / 2}, (_, at) => data?.readUInt16LE(at * 2)),
				]
			: [name, data === undefined ? 'removed' : 'written'],
	);

test('is read with what this boot came from', () => {
	const {order, current, options} = parseFirmwareBoot(variables());
	assert.equal([order, current, [...options.keys()]], [[0, 10], 0, [0]]);
});

test('may be missing', () => {
	assert.equal(parseFirmwareBoot(new Map()), {order: [], current: undefined, options: new Map()});
});

test('gets a new entry first, written before the order that names it', () => {
	const boot = parseFirmwareBoot(variables());
	assert.equal(shown(planFirst(boot, wanted)), [
		['Boot0001', 'written'],
		['BootOrder', 1, 0, 10],
	]);
});

test('takes a number that nothing has, nor the order', () => {
	const boot = parseFirmwareBoot(variables({BootOrder: numbers(0, 1, 2)}));
	assert.is(planFirst(boot, wanted)[0]?.name, 'Boot0003');
});

test('uses an entry again that leads there, in whatever case it is written', () => {
	const known = {Boot0004: formatLoadOption('old name', own.toUpperCase(), esp)};
	const behind = parseFirmwareBoot(variables({...known, BootOrder: numbers(0, 4)}));
	assert.equal(shown(planFirst(behind, wanted)), [['BootOrder', 4, 0]]);
	const first = parseFirmwareBoot(variables({...known, BootOrder: numbers(4, 0)}));
	assert.equal(planFirst(first, wanted), []);
	const elsewhere = formatLoadOption('x', own, {...esp, uuid: esp.uuid.replace('1', '9')});
	const other = parseFirmwareBoot(variables({Boot0004: elsewhere}));
	assert.equal(shown(planFirst(other, wanted))[0], ['Boot0001', 'written']);
});

test('loses entries before they go', () => {
	const boot = parseFirmwareBoot(variables());
	const isDebian = ({description}: {readonly description: string}) => description === 'debian';
	assert.equal(shown(planRemoval(boot, isDebian)), [
		['BootOrder', 10],
		['Boot0000', 'removed'],
	]);
	assert.equal(
		planRemoval(boot, () => false),
		[],
	);
});

test.run();
