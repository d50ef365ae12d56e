/** An ink program of the size of its terminal that shows what was typed, and does nothing else. */
import {Box, render, Text, useInput} from 'ink';
import {createElement, useState} from 'react';

const {columns, rows} = process.stdout;

function Echo() {
	const [typed, setTyped] = useState('');
	useInput((input) => setTyped((before) => before + input));
	return createElement(
		Box,
		{width: columns, height: rows, borderStyle: 'round'},
		createElement(Text, undefined, `echo:${typed}`),
	);
}

render(createElement(Echo), {interactive: true, incrementalRendering: true});
